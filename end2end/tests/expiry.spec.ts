// Sessions end by themselves: when they are not used, and at the latest when their time is over.
import { heading, notice, signIn } from "../helpers/actions.ts";
import { type BentClock, bentClock } from "../helpers/clock.ts";
import { expect, test as base } from "../helpers/fixtures.ts";
import { DORA } from "../helpers/people.ts";

const test = base.extend<BentClock>(bentClock);

const RUN_OUT = "Your session has run out. Sign in again to go on.";

test("a session that is not used for a week is over", { tag: "@once" }, async ({ page, later }) => {
  await signIn(page, DORA);
  await later("6d");
  await page.reload();
  await expect(heading(page, "Account")).toBeVisible();
  // Reckoned from the last use, not from sign-in.
  await later("12d");
  await page.reload();
  await expect(heading(page, "Account")).toBeVisible();
  await later("20d");
  await page.reload();
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(notice(page)).toHaveText(RUN_OUT);
  await signIn(page, DORA);
});

test("a session is over after thirty days, however much it was used", { tag: "@once" }, async ({ page, later }) => {
  await signIn(page, DORA);
  for (const day of [5, 10, 15, 20, 25, 29]) {
    await later(`${day}d`);
    await page.goto("/account/sessions");
    await expect(heading(page, "Sessions")).toBeVisible();
  }
  await later("30d");
  await page.goto("/account/sessions");
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(notice(page)).toHaveText(RUN_OUT);
});
