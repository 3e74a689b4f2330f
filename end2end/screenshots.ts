// Takes a picture of every page: on a desk and on a phone, in light and in dark.
//
//   E2E_PROGRAM=… E2E_SITE_DIR=… npm run screenshots FOLDER
//
// The people are those of `latchkey demo`; the empty lists are those of a server that was just set up.
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { button, field, send } from "./helpers/actions.ts";
import { AGENT, BROWSER } from "./helpers/browser.ts";
import { MisbehavingProvider, withWorks } from "./helpers/misbehaving-provider.ts";
import { freshFolder } from "./helpers/people.ts";
import type { Settings } from "./helpers/program.ts";
import { Server } from "./helpers/server.ts";

const WIDTHS = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } } as const;
// A list of fifty looks the same after the first ten.
const TALLEST = 2000;
const COLOURS = ["light", "dark"] as const;
const DEMO_PASSWORD = "walnut harbour thirty lanterns";
const OWN_PASSWORD = "seven brass lanterns at dusk";

type Picture = {
  name: string;
  path: string;
  /** What is done before the picture is taken. */
  then?: (page: Page) => Promise<unknown>;
  /** Not where the screen is wide. */
  phoneOnly?: boolean;
  /** Only what the screen shows: something lies above the page. */
  screenOnly?: boolean;
};

const OUTSIDE: Picture[] = [
  { name: "sign-in", path: "/login" },
  { name: "sign-in-session-over", path: "/login?notice=ended_by_administrator" },
  {
    name: "sign-in-refused",
    path: "/login",
    then: async (page) => {
      await field(page, "Username or e-mail address").fill("yuki");
      await field(page, "Password").fill("not the password");
      await send(page, button(page, "Sign in"));
    },
  },
  { name: "sign-up", path: "/register" },
  {
    name: "sign-up-refused",
    path: "/register",
    then: async (page) => {
      await field(page, "Username").fill("two words");
      await field(page, "Password").fill("walnut harbour thirty");
      await send(page, button(page, "Create account"));
    },
  },
  { name: "provider-answer-late", path: "/auth/works/callback?state=none&code=none" },
  { name: "provider-unknown", path: "/auth/nobody" },
  { name: "set-up-done", path: "/setup" },
  { name: "error-not-found", path: "/no/such/page" },
  { name: "error-no-such-method", path: "/logout" },
  { name: "components", path: "/dev/components" },
];

const openQuestion = (page: Page): Promise<void> => button(page, /^End (session|all)/).first().click();
/** Goes where the first row leads. */
async function follow(page: Page, to: string, title: string): Promise<void> {
  await page.getByRole("table").locator(`a[href^='${to}']`).first().click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

const untilLive = (page: Page): Promise<void> => page.getByText("Live: updated every 10 seconds").waitFor();

const INSIDE: Picture[] = [
  { name: "account", path: "/account" },
  { name: "account-sessions", path: "/account/sessions" },
  { name: "account-sessions-question", path: "/account/sessions", then: openQuestion, screenOnly: true },
  { name: "account-connections", path: "/account/connections" },
  {
    name: "account-connections-question",
    path: "/account/connections",
    then: (page) => button(page, /^Disconnect/).first().click(),
    screenOnly: true,
  },
  { name: "sign-in-once-more", path: "/login?again=1&next=/account/connections" },
  { name: "account-security", path: "/account/security" },
  { name: "account-connections", path: "/account/connections" },
  { name: "error-not-found-signed-in", path: "/admin/no/such/page" },
  { name: "console-overview", path: "/admin", then: untilLive },
  {
    name: "console-menu",
    path: "/admin",
    then: (page) => button(page, "Menu").click(),
    phoneOnly: true,
    screenOnly: true,
  },
  { name: "console-sessions", path: "/admin/sessions" },
  { name: "console-sessions-question", path: "/admin/sessions?state=live", then: openQuestion, screenOnly: true },
  { name: "console-sessions-none-match", path: "/admin/sessions?user=nobody-of-that-name" },
  { name: "console-programs", path: "/admin/families" },
  { name: "console-programs-of-one", path: "/admin/families?user=yuki" },
  {
    name: "console-program-robbed",
    path: "/admin/families?user=yuki&event=theft",
    then: (page) => follow(page, "/admin/families/", "Firefox on Linux"),
  },
  { name: "console-bulk-preview", path: "/admin/sessions/end?browser=Firefox" },
  { name: "console-bulk-ends", path: "/admin/bulk-ends" },
  { name: "console-threats", path: "/admin/threats" },
  {
    name: "console-threat",
    path: "/admin/threats?class=theft&user=yuki",
    then: (page) => follow(page, "/admin/threats/", "Token theft"),
  },
  { name: "console-keys", path: "/admin/keys" },
  { name: "console-nodes", path: "/admin/nodes" },
  { name: "console-users", path: "/admin/users" },
  { name: "console-users-none-match", path: "/admin/users?search=nobody-of-that-name" },
  {
    name: "console-user",
    path: "/admin/users?search=yuki",
    then: async (page) => {
      await page.getByRole("table").getByRole("link").first().click();
      await page.getByRole("heading", { level: 1, name: "yuki" }).waitFor();
    },
  },
  { name: "console-invite", path: "/admin/users/invite" },
  { name: "console-invitations", path: "/admin/invitations" },
  { name: "console-audit", path: "/admin/audit" },
  {
    name: "console-audit-details",
    path: "/admin/audit?kind=sign_in",
    then: (page) => button(page, /^Details of/).first().click(),
    screenOnly: true,
  },
  { name: "console-audit-none-match", path: "/admin/audit?address=192.0.2.1" },
];

const AUDITOR: Picture[] = [
  { name: "auditor-overview", path: "/admin", then: untilLive },
  { name: "auditor-sessions", path: "/admin/sessions" },
];

const USER: Picture[] = [
  { name: "user-account", path: "/account" },
  { name: "error-not-permitted", path: "/admin" },
];

const NEW: Picture[] = [
  { name: "new-overview", path: "/admin", then: untilLive },
  { name: "new-sessions", path: "/admin/sessions" },
  { name: "new-own-sessions", path: "/account/sessions" },
  { name: "new-no-ended-sessions", path: "/admin/sessions?state=ended" },
  { name: "new-programs", path: "/admin/families" },
  { name: "new-threats", path: "/admin/threats" },
  { name: "new-users", path: "/admin/users" },
  { name: "new-nodes", path: "/admin/nodes" },
];

class Album {
  #taken = 0;

  constructor(
    readonly browser: Browser,
    readonly folder: string,
  ) {}

  /** One browser for each look; whoever it is signs in in each. */
  async take(server: Server, pictures: Picture[], enter: (page: Page) => Promise<unknown> = async () => undefined) {
    for (const [size, viewport] of Object.entries(WIDTHS)) {
      const context = await this.browser.newContext({
        baseURL: server.url,
        viewport,
        userAgent: AGENT.chrome,
        reducedMotion: "reduce",
        locale: "en-GB",
        timezoneId: "Europe/Berlin",
      });
      const page = await context.newPage();
      await enter(page);
      for (const picture of pictures) {
        if (picture.phoneOnly && size !== "phone") continue;
        await page.goto(picture.path);
        await picture.then?.(page);
        for (const colorScheme of COLOURS) {
          await page.emulateMedia({ colorScheme });
          const path = join(this.folder, `${picture.name}-${size}-${colorScheme}.png`);
          const whole = await page.evaluate(() => document.documentElement.scrollHeight);
          const height = picture.screenOnly ? viewport.height : Math.min(whole, TALLEST);
          await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: viewport.width, height } });
          this.#taken++;
        }
      }
      await context.close();
    }
  }

  get taken(): number {
    return this.#taken;
  }
}

const signIn = (name: string, password: string) => async (page: Page) => {
  await page.goto("/login");
  await field(page, "Username or e-mail address").fill(name);
  await field(page, "Password").fill(password);
  await send(page, button(page, "Sign in"));
  await page.getByRole("heading", { level: 1, name: "Account" }).waitFor();
};

/** A server on a folder of its own, for as long as `use` takes. */
async function withServer(command: string, more: Settings, use: (server: Server) => Promise<void>): Promise<void> {
  const folder = await freshFolder();
  try {
    const server = await Server.on(folder, { command, settings: { rate_limit: "off", ...more } });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const target = process.argv[2];
if (!target) {
  console.error("usage: npm run screenshots FOLDER");
  process.exit(2);
}
const folder = resolve(process.env.INIT_CWD ?? ".", target);
await mkdir(folder, { recursive: true });
const browser = await chromium.launch(BROWSER);
const album = new Album(browser, folder);
const works = await MisbehavingProvider.start();
works.person = { sub: "admin", email: "admin@works.example", email_verified: true };
try {
  await withServer("demo", withWorks(works), async (server) => {
    await album.take(server, OUTSIDE);
    // Somebody who is signed in twice has something to end.
    for (const userAgent of [AGENT.firefox, AGENT.safari]) {
      const page = await browser.newPage({ baseURL: server.url, userAgent });
      await signIn("admin", DEMO_PASSWORD)(page);
      await page.close();
    }
    // One account elsewhere is connected.
    const page = await browser.newPage({ baseURL: server.url });
    await signIn("admin", DEMO_PASSWORD)(page);
    await page.goto("/account/connections");
    await button(page, "Connect Works").click();
    await page.getByRole("table", { name: "Your connections" }).waitFor();
    await page.close();
    await album.take(server, INSIDE, signIn("admin", DEMO_PASSWORD));
    await album.take(server, AUDITOR, signIn("noor.haddad", DEMO_PASSWORD));
    await album.take(server, USER, signIn("yuki", DEMO_PASSWORD));
  });
  await withServer("serve", {}, async (server) => {
    const link = /http:\/\/\S+\/setup\?code=\S+/.exec(server.printed.join("\n"))?.[0];
    if (!link) throw new Error("no link was printed");
    const first: Picture[] = [
      { name: "set-up-wrong-link", path: "/setup?code=wrong" },
      { name: "set-up", path: link },
    ];
    await album.take(server, first);
    const page = await browser.newPage({ baseURL: server.url });
    await page.goto(link);
    await field(page, "Username").fill("olga");
    await field(page, "Password").fill(OWN_PASSWORD);
    await send(page, button(page, "Make administrator"));
    await page.close();
    await album.take(server, NEW, signIn("olga", OWN_PASSWORD));
  });
} finally {
  await browser.close();
  await works.stop();
}
console.log(`${album.taken} pictures in ${folder}`);
