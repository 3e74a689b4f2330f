// Sessions end by themselves: when they are not used, and at the latest when their time is over.
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { heading, notice, signIn } from "../helpers/actions.ts";
import { expect, test as base } from "../helpers/fixtures.ts";
import { DORA } from "../helpers/people.ts";

/**
 * The program has no setting for the time, and shall have none: Debian's library tells the process another one. It
 * stands under the name of the machine's architecture.
 */
function library(): string {
  const found = readdirSync("/usr/lib")
    .map((name) => join("/usr/lib", name, "faketime", "libfaketimeMT.so.1"))
    .find((path) => existsSync(path));
  if (!found) throw new Error("faketime is not installed: `make setup` installs it");
  return found;
}

const test = base.extend<{ later: (by: string) => Promise<void> }>({
  variables: async ({ folder }, use) => {
    const clock = join(folder, "clock");
    await writeFile(clock, "+0d");
    await use({
      LD_PRELOAD: library(),
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
