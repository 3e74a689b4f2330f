// How the journeys run. E2E_PROGRAM is the built program, E2E_SITE_DIR its built site; E2E_CHROMIUM is the browser,
// where it is not Debian's.
import { defineConfig } from "@playwright/test";
import { BROWSER } from "./helpers/browser.ts";
import type { Options } from "./helpers/fixtures.ts";

export default defineConfig<Options>({
  testDir: "tests",
  outputDir: "test-results",
  // Every test has a server and a database of its own, so none has to wait for another.
  fullyParallel: true,
  workers: 2,
  // A journey that only sometimes arrives is a broken one.
  retries: 0,
  forbidOnly: true,
  // Generous, for a machine that builds something beside: nothing waits for a time to pass.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: BROWSER,
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "script", use: { javaScriptEnabled: true } },
    // What is about scripts themselves, or does not touch pages at all, says so with a tag.
    { name: "no-script", use: { javaScriptEnabled: false }, grepInvert: /@script|@once/ },
  ],
});
