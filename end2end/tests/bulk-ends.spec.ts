// The console: ending many at once, with script and without.
import type { Page } from "@playwright/test";
import { button, field, heading, notice, signIn } from "../helpers/actions.ts";
import { AGENT } from "../helpers/browser.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, DORA, EMIL } from "../helpers/people.ts";

const rows = (page: Page) => page.getByRole("table").getByRole("row").filter({ has: page.getByRole("cell") });

/** Waits for the page of an order to load itself again until it is done. */
const done = (page: Page, text: string) =>
  expect(page.getByRole("heading", { name: text })).toBeVisible({ timeout: 15_000 });

const isOut = async (page: Page) => {
  await page.reload();
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(notice(page)).toContainText("An administrator ended your session.");
};

test("two that were ticked end together", async ({ open }) => {
  const dora = await open({ userAgent: AGENT.firefox });
  await signIn(dora, DORA);
  const emil = await open();
  await signIn(emil, EMIL);
  const other = await open({ userAgent: AGENT.safari });
  await signIn(other, EMIL);
  const admin = await open();
  await signIn(admin, ADMIN);
  await admin.goto("/admin/sessions");

  // Nothing ticked, nothing done.
  await button(admin, "End selected…").click();
  await expect(notice(admin)).toContainText("Nothing was chosen");
  await admin.getByRole("checkbox", { name: /^Choose dora/ }).check();
  await admin.getByRole("checkbox", { name: /^Choose emil.*Safari/ }).check();
  await button(admin, "End selected…").click();

  await expect(heading(admin, "End many sessions")).toBeVisible();
  await expect(admin.getByText("2 sessions of 2 users would end.")).toBeVisible();
  await dora.reload();
  await expect(heading(dora, "Account")).toBeVisible();
  await button(admin, "End these sessions").click();
  await expect(notice(admin)).toContainText("It is on the record");
  await done(admin, "2 sessions have ended");
  await isOut(dora);
  await isOut(other);
  await emil.reload();
  await expect(heading(emil, "Account")).toBeVisible();
});

test("all that match a filter end, which is followed, left and found again", async ({ open }) => {
  const dora = await open({ userAgent: AGENT.firefox });
  await signIn(dora, DORA);
  const emil = await open();
  await signIn(emil, EMIL);
  const admin = await open();
  await signIn(admin, ADMIN);
  await admin.goto("/admin/sessions");
  await field(admin, "User").fill(DORA.username);
  await button(admin, "Filter").click();
  await admin.getByRole("link", { name: "End all that match…" }).click();

  await expect(admin.getByText("1 session of 1 user would end.")).toBeVisible();
  await expect(admin.getByRole("link", { name: "Cancel" })).toHaveAttribute("href", `/admin/sessions?user=${DORA.username}`);
  await button(admin, "End these sessions").click();
  await done(admin, "1 session has ended");
  const progress = admin.getByRole("progressbar");
  await expect(progress).toHaveAccessibleName("1 session has ended");
  await isOut(dora);
  await emil.reload();
  await expect(heading(emil, "Account")).toBeVisible();

  // Left, and found again.
  await admin.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Sessions" }).click();
  await admin.getByRole("link", { name: "Bulk ends" }).click();
  await expect(heading(admin, "Bulk ends")).toBeVisible();
  await expect(rows(admin)).toHaveCount(1);
  await expect(rows(admin)).toContainText("Done");
  await rows(admin).getByRole("link", { name: `Sessions of ${DORA.username}` }).click();
  await done(admin, "1 session has ended");
  // The record leads there too.
  await admin.getByRole("link", { name: "On the record" }).click();
  await expect(rows(admin)).toContainText("1 session of 1 user");
  await button(admin, /^Details of Many ended at once/).click();
  await admin.getByRole("dialog").getByRole("link", { name: "The bulk end" }).click();
  await done(admin, "1 session has ended");
});

test("one's own session stays unless one says otherwise", async ({ open }) => {
  const dora = await open();
  await signIn(dora, DORA);
  const admin = await open();
  await signIn(admin, ADMIN);
  await admin.goto("/admin/sessions");
  await admin.getByRole("link", { name: "End all sessions…" }).click();
  await expect(admin.getByText("No filter is set")).toBeVisible();
  await expect(admin.getByText("Your own session fits too")).toBeVisible();
  await button(admin, "End these sessions").click();
  await done(admin, "1 session has ended");
  await isOut(dora);

  await admin.goto("/admin/sessions/end?all=1");
  await admin.getByRole("checkbox", { name: /End my own session too/ }).check();
  await button(admin, "End these sessions").click();
  await expect(async () => {
    await admin.goto("/admin");
    await expect(heading(admin, "Sign in")).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
});
