// What every journey is given: a server of its own with people on it, browsers, and somebody who watches.
import { cp, rm } from "node:fs/promises";
import { type BrowserContextOptions, expect, type Page, test as base } from "@playwright/test";
import { AGENT } from "./browser.ts";
import { EVERYBODY, freshFolder, make } from "./people.ts";
import type { Settings, Variables } from "./program.ts";
import { Server } from "./server.ts";
import { Watch } from "./watch.ts";

export type Options = {
  /** Who has an account when the server starts. */
  people: "everybody" | "nobody";
  /** Settings beyond those of all journeys. */
  settings: Settings;
};

/** Opens another browser: cookies of its own, watched like the others. */
export type Open = (options?: BrowserContextOptions) => Promise<Page>;

type Fixtures = Options & {
  folder: string;
  /** Variables of the server's process; a file may replace them. */
  variables: Variables;
  server: Server;
  watch: Watch;
  open: Open;
};

type Shared = {
  /** A folder with everybody in it. Making them takes a while, copying them does not. */
  everybody: string;
};

export const test = base.extend<Fixtures, Shared>({
  people: ["everybody", { option: true }],
  settings: [{}, { option: true }],

  everybody: [
    async ({}, use) => {
      const folder = await freshFolder();
      await make(folder, EVERYBODY);
      await use(folder);
      await rm(folder, { recursive: true });
    },
    { scope: "worker" },
  ],

  folder: async ({ everybody, people }, use) => {
    const folder = await freshFolder();
    if (people === "everybody") await cp(everybody, folder, { recursive: true });
    await use(folder);
    await rm(folder, { recursive: true });
  },

  variables: async ({}, use) => use({}),

  server: async ({ folder, settings, variables }, use) => {
    const server = await Server.on(folder, { settings, variables });
    await use(server);
    await server.stop();
    expect(server.complaints(), "the log of the server").toEqual([]);
  },

  baseURL: async ({ server }, use) => use(server.url),

  watch: async ({ server }, use) => {
    const watch = new Watch(server.url);
    await use(watch);
    expect(watch.complaints(), "what went wrong beside the journey").toEqual([]);
  },

  open: async ({ browser, baseURL, javaScriptEnabled, watch }, use) => {
    const opened: Page[] = [];
    await use(async (options = {}) => {
      const all = { baseURL, javaScriptEnabled, userAgent: AGENT.chrome, locale: "en-GB", ...options };
      const context = await browser.newContext(all);
      await watch.over(context, all.javaScriptEnabled ?? true);
      const page = await context.newPage();
      opened.push(page);
      return page;
    });
    for (const page of opened) await page.context().close();
  },

  page: async ({ open }, use) => use(await open()),
});

export { expect };
