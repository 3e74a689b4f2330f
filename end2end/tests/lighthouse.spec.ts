// What Lighthouse says of how the pages treat people and browsers: never below 95 of 100.
import { rm } from "node:fs/promises";
import { chromium } from "@playwright/test";
import lighthouse from "lighthouse";
import { field, send, button, heading } from "../helpers/actions.ts";
import { BROWSER } from "../helpers/browser.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { freePort } from "../helpers/listener.ts";
import { ADMIN, freshFolder, PASSWORD } from "../helpers/people.ts";

const LEAST = 0.95;
const PAGES = ["/login", "/account", "/admin/sessions"];

test.slow();

test("Lighthouse finds the pages accessible and well made", { tag: ["@script", "@once"] }, async ({ server }) => {
  const port = await freePort();
  const folder = await freshFolder();
  // A browser of its own, which Lighthouse talks to by its port.
  const context = await chromium.launchPersistentContext(folder, {
    ...BROWSER,
    args: [...(BROWSER.args ?? []), `--remote-debugging-port=${port}`],
    baseURL: server.url,
  });
  try {
    const page = await context.newPage();
    for (const path of PAGES) {
      if (path === "/account") {
        await page.goto("/login");
        await field(page, "Username or e-mail address").fill(ADMIN.username);
        await field(page, "Password").fill(PASSWORD);
        await send(page, button(page, "Sign in"));
        await expect(heading(page, "Account")).toBeVisible();
      }
      const result = await lighthouse(server.url + path, {
        port,
        onlyCategories: ["accessibility", "best-practices"],
        output: "json",
        logLevel: "error",
        // The browser stays signed in.
        disableStorageReset: true,
      });
      const report = result?.lhr;
      if (!report) throw new Error(`no report of ${path}`);
      expect(new URL(report.finalDisplayedUrl).pathname, "the page that was meant").toBe(path);
      for (const [name, category] of Object.entries(report.categories)) {
        const lost = category.auditRefs
          .map(({ id }) => report.audits[id])
          .filter((audit) => audit?.score !== null && audit?.score !== undefined && audit.score < 1)
          .map((audit) => audit?.title);
        expect.soft(category.score, `${path}, ${name}: ${lost.join("; ")}`).toBeGreaterThanOrEqual(LEAST);
      }
    }
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
});
