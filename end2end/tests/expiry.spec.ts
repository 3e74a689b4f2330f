// Sessions end by themselves: when they are not used, and at the latest when their time is over.
import { writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { heading, notice, signIn } from "../helpers/actions.ts";
import { expect, test as base } from "../helpers/fixtures.ts";
import { DORA } from "../helpers/people.ts";

// The program has no setting for the time, and shall have none: Debian's library tells the process another one.
const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

const test = base.extend<{ later: (by: string) => Promise<void> }>({
  variables: async ({ folder }, use) => {
    if (!existsSync(LIBRARY)) throw new Error("faketime is not installed: `make setup` installs it");
    const clock = join(folder, "clock");
    await writeFile(clock, "+0d");
    await use({
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    });
  },
  /** Sets the server's clock that much ahead of the true one. */
  later: async ({ folder }, use) => use((by) => writeFile(join(folder, "clock"), `+${by}`)),
});

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
