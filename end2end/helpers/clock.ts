// A clock of the server's own, for journeys on which time passes.
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Variables } from "./program.ts";

export type BentClock = {
  /** Sets the server's clock that much ahead of the true one. */
  later: (by: string) => Promise<void>;
};

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

type InFolder = { folder: string };

/** What a file adds to its fixtures where it bends the clock. */
export const bentClock = {
  variables: async ({ folder }: InFolder, use: (variables: Variables) => Promise<void>): Promise<void> => {
    const clock = join(folder, "clock");
    await writeFile(clock, "+0d");
    await use({
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    });
  },
  later: async ({ folder }: InFolder, use: (later: BentClock["later"]) => Promise<void>): Promise<void> =>
    use((by) => writeFile(join(folder, "clock"), `+${by}`)),
};
