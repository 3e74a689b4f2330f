// Changing the password.
import type { Page, Response } from "@playwright/test";
import { alert, button, field, heading, notice, saidOf, send, sessionCookie, signIn, trySignIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { DORA, NEW_PASSWORD, PASSWORD } from "../helpers/people.ts";

async function tryChange(page: Page, current: string, next: string): Promise<Response> {
  await field(page, "Current password").fill(current);
  await field(page, "New password").fill(next);
  return send(page, button(page, "Change password"));
}

test("a new password ends the other sessions, keeps this one, and the old one is worth nothing", async ({ open, watch }) => {
  watch.expectStatus(401);
  const page = await open();
  const other = await open();
  await signIn(page, DORA);
  await signIn(other, DORA);
  const kept = await sessionCookie(page);

  await page.getByRole("link", { name: "Change password" }).click();
  await expect(heading(page, "Security")).toBeVisible();
  const changed = await tryChange(page, PASSWORD, NEW_PASSWORD);
  expect(changed.status()).toBe(303);
  await expect(notice(page)).toHaveText(/^Your password is changed, and all your other sessions .*are ended\.$/);
  expect(await sessionCookie(page)).toBeDefined();
  expect(kept).toBeDefined();

  await page.goto("/account/sessions");
  await expect(page.getByText("You are signed in with this browser only.")).toBeVisible();

  await other.goto("/account");
  await expect(heading(other, "Sign in")).toBeVisible();
  await expect(notice(other)).toContainText("Your password was changed in another browser");
  const refused = await trySignIn(other, DORA.username, PASSWORD);
  expect(refused.status()).toBe(401);
  await trySignIn(other, DORA.username, NEW_PASSWORD);
  await expect(other).toHaveURL("/account");
});

test("a wrong current password and a weak new one are refused, and nothing changes", async ({ open, watch }) => {
  watch.expectStatus(422);
  const page = await open();
  const other = await open();
  await signIn(page, DORA);
  await signIn(other, DORA);
  await page.goto("/account/security");

  const wrong = await tryChange(page, "wrong horse wrong battery", NEW_PASSWORD);
  expect(wrong.status()).toBe(422);
  expect(await saidOf(field(page, "Current password"))).toContain("That is not your current password.");
  await expect(alert(page)).toContainText("Current password");
  await expect(field(page, "Current password")).toHaveValue("");
  await expect(field(page, "New password")).toHaveValue("");

  const weak = await tryChange(page, PASSWORD, "passwordpassword");
  expect(weak.status()).toBe(422);
  expect(await saidOf(field(page, "New password"))).toContain("among the first passwords that anybody would guess");

  await other.goto("/account");
  await expect(heading(other, "Account")).toBeVisible();
  const later = await open();
  await signIn(later, DORA);
});
