// The console: finding sessions and ending them.
import type { Page } from "@playwright/test";
import { button, confirm, field, goToUser, heading, notice, signIn } from "../helpers/actions.ts";
import { AGENT } from "../helpers/browser.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, DORA, EMIL } from "../helpers/people.ts";

const rows = (page: Page) => page.getByRole("table").getByRole("row").filter({ has: page.getByRole("cell") });

test("an administrator finds a user's session and ends it", async ({ open }) => {
  const dora = await open({ userAgent: AGENT.firefox });
  await signIn(dora, DORA);
  const emil = await open();
  await signIn(emil, EMIL);
  const admin = await open();
  await signIn(admin, ADMIN);

  await admin.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Sessions" }).click();
  await expect(heading(admin, "Sessions")).toBeVisible();
  await expect(rows(admin)).toHaveCount(3);
  await field(admin, "User").fill("dora");
  await button(admin, "Filter").click();
  await expect(admin).toHaveURL(/[?&]user=dora/);
  await expect(rows(admin)).toHaveCount(1);
  await expect(rows(admin)).toContainText("Firefox on Windows 10");
  await expect(rows(admin)).toContainText("Live");

  await confirm(admin, /^End session Firefox on Windows 10/);
  await expect(notice(admin)).toHaveText("The session is ended.");
  // Back on the list as it was filtered, where the row now tells its end.
  await expect(field(admin, "User")).toHaveValue("dora");
  await expect(rows(admin)).toContainText("Ended by an administrator");
  await expect(rows(admin).getByRole("link", { name: ADMIN.username })).toBeVisible();

  await dora.reload();
  await expect(heading(dora, "Sign in")).toBeVisible();
  await expect(notice(dora)).toHaveText("An administrator ended your session. Sign in again to go on.");
  await emil.reload();
  await expect(heading(emil, "Account")).toBeVisible();
});

test("all sessions of a user end at once from their page", async ({ open }) => {
  const one = await open();
  const other = await open({ userAgent: AGENT.safari });
  await signIn(one, DORA);
  await signIn(other, DORA);
  const admin = await open();
  await signIn(admin, ADMIN);

  await goToUser(admin, DORA);
  await expect(rows(admin)).toHaveCount(2);
  await confirm(admin, `End all sessions of ${DORA.username}`);
  await expect(notice(admin)).toHaveText("The sessions are ended.");
  await expect(admin.getByText("No browser is signed in as this user.")).toBeVisible();
  for (const page of [one, other]) {
    await page.reload();
    await expect(heading(page, "Sign in")).toBeVisible();
    await expect(notice(page)).toContainText("An administrator ended your session.");
  }
});

test("filters narrow the list, say so when nothing fits, and can be cleared", async ({ open, watch }) => {
  const dora = await open({ userAgent: AGENT.firefox });
  await signIn(dora, DORA);
  const admin = await open();
  await signIn(admin, ADMIN);
  await admin.goto("/admin/sessions");

  await field(admin, "Browser").selectOption("Firefox");
  await button(admin, "Filter").click();
  await expect(rows(admin)).toHaveCount(1);
  await expect(rows(admin)).toContainText(DORA.username);

  await field(admin, "State").selectOption("Ended");
  await button(admin, "Filter").click();
  await expect(admin.getByText("No sessions match")).toBeVisible();
  await admin.getByRole("link", { name: "Clear filters" }).click();
  await expect(admin).toHaveURL("/admin/sessions");
  await expect(rows(admin)).toHaveCount(2);

  await field(admin, "User").fill("nobody-of-that-name");
  await button(admin, "Filter").click();
  await expect(admin.getByText("No user has a name or an address that begins so.")).toBeVisible();

  // An address that was tampered with is refused in words, beside the field.
  watch.expectStatus(400);
  const answer = await admin.goto("/admin/sessions?state=asleep");
  expect(answer?.status()).toBe(400);
  await expect(admin.locator("#state-error")).toContainText("`asleep` is not one of: live, ended");
});

test("ending one's own session in the console signs one out", async ({ page }) => {
  await signIn(page, ADMIN);
  await page.goto("/admin/sessions");
  await button(page, /^End session Chrome on Linux/).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("This is your own session");
  await button(question, "End session").click();
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(notice(page)).toHaveText("You are signed out.");
  await page.goto("/admin");
  await expect(heading(page, "Sign in")).toBeVisible();
});
