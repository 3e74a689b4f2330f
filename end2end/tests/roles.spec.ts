// What changes when somebody's role or standing changes: at once, on the very next click.
import type { Page } from "@playwright/test";
import { alert, button, confirm, field, goToUser, heading, notice, send, sessionCookie, signIn, trySignIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, DORA, PASSWORD, SECOND_ADMIN } from "../helpers/people.ts";

async function changeRole(page: Page, role: string): Promise<void> {
  await field(page, "New role").selectOption(role);
  await send(page, button(page, "Change role"));
}

test("a demoted administrator is refused on the next click, and keeps their account", async ({ open, watch }) => {
  watch.expectStatus(403);
  const bruno = await open();
  await signIn(bruno, SECOND_ADMIN);
  await bruno.goto("/admin");
  const before = await sessionCookie(bruno);

  const admin = await open();
  await signIn(admin, ADMIN);
  await goToUser(admin, SECOND_ADMIN);
  await changeRole(admin, "User");
  await expect(notice(admin)).toHaveText("The role is changed.");

  const refused = bruno.waitForResponse((response) => response.url().endsWith("/admin/users"));
  await bruno.getByRole("link", { name: "Users", exact: true }).click();
  expect((await refused).status()).toBe(403);
  await expect(heading(bruno, "You may not do that")).toBeVisible();

  await bruno.getByRole("link", { name: "Go to your account" }).click();
  await expect(bruno).toHaveURL("/account");
  await expect(bruno.getByText("Signs in here, and has no console.")).toBeVisible();
  await expect(bruno.getByRole("navigation", { name: "Console" })).toHaveCount(0);
  // A cookie that could do more than it can now is not the one that goes on.
  const after = await sessionCookie(bruno);
  expect(after).toBeDefined();
  expect(after).not.toBe(before);
  await bruno.goto("/account/sessions");
  await expect(heading(bruno, "Sessions")).toBeVisible();
  expect(await sessionCookie(bruno), "once is enough").toBe(after);
});

test("a promoted user sees the console on the next page, with a new cookie", async ({ open }) => {
  const dora = await open();
  await signIn(dora, DORA);
  const before = await sessionCookie(dora);
  const admin = await open();
  await signIn(admin, ADMIN);
  await goToUser(admin, DORA);
  await changeRole(admin, "Auditor");
  await dora.reload();
  await dora.getByRole("link", { name: "Overview" }).click();
  await expect(heading(dora, "Overview")).toBeVisible();
  expect(await sessionCookie(dora)).not.toBe(before);
});

test("a disabled user is out on the next request and cannot come back until enabled", async ({ open, watch }) => {
  watch.expectStatus(401);
  const dora = await open();
  await signIn(dora, DORA);
  const admin = await open();
  await signIn(admin, ADMIN);
  await goToUser(admin, DORA);
  await confirm(admin, `Disable user ${DORA.username}`);
  await expect(notice(admin)).toHaveText(/^The user is disabled, and all their sessions .*are ended\.$/);
  await expect(admin.getByText("Disabled", { exact: true })).toBeVisible();

  await dora.getByRole("link", { name: "See sessions" }).click();
  await expect(heading(dora, "Sign in")).toBeVisible();
  await expect(notice(dora)).toContainText("An administrator ended your session.");
  // With the right password, and no word about why: that would tell a guesser that the password was right.
  const refused = await trySignIn(dora, DORA.username, PASSWORD);
  expect(refused.status()).toBe(401);
  await expect(alert(dora)).toHaveText("That name and password do not match.");

  await send(admin, button(admin, "Enable user"));
  await expect(notice(admin)).toHaveText("The user is enabled and may sign in again.");
  await signIn(dora, DORA);
});

test("the last administrator can neither be demoted nor disabled", async ({ open }) => {
  const admin = await open();
  await signIn(admin, ADMIN);
  await goToUser(admin, SECOND_ADMIN);
  await changeRole(admin, "User");
  await expect(notice(admin)).toHaveText("The role is changed.");

  await goToUser(admin, ADMIN);
  await expect(admin.getByText("This is you.")).toBeVisible();
  for (const name of ["Change role", "Disable user"]) {
    await expect(button(admin, name)).toBeDisabled();
    await expect(button(admin, name)).toHaveAccessibleDescription(/^This is the only administrator who can sign in/);
  }
  await admin.goto("/admin");
  await expect(heading(admin, "Overview")).toBeVisible();
});

test("a role that stands already is no change", async ({ page }) => {
  await signIn(page, ADMIN);
  await goToUser(page, DORA);
  await changeRole(page, "User");
  await expect(notice(page)).toHaveText("Nothing was changed: it was so already.");
});
