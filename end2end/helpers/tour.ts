// Every page there is, in every state that looks different, for what must hold everywhere.
import { expect, type Page, test } from "@playwright/test";
import { button, field, goToUser, heading, signIn, trySignIn } from "./actions.ts";
import { AGENT } from "./browser.ts";
import type { Open } from "./fixtures.ts";
import type { MisbehavingProvider } from "./misbehaving-provider.ts";
import { ADMIN, DORA, PASSWORD } from "./people.ts";

export type Stop = {
  name: string;
  go: (page: Page) => Promise<void>;
  /** The status of the document, where it is not a success. */
  status?: number;
};

/** The refusals that a tour meets on purpose. */
export const refusals = (...stops: Stop[]): number[] => stops.flatMap(({ status }) => (status ? [status] : []));

/** Goes round and looks at each. */
export async function tour(page: Page, stops: readonly Stop[], look: (stop: Stop) => Promise<void>): Promise<void> {
  for (const stop of stops) {
    await test.step(stop.name, async () => {
      await stop.go(page);
      await look(stop);
    });
  }
}

/** Signs other browsers and programs in, so that the lists of the tour have something in them. */
export async function signOthersIn(open: Open): Promise<void> {
  await signIn(await open({ userAgent: AGENT.safari }), DORA);
  await signIn(await open({ userAgent: AGENT.firefox }), ADMIN);
  await signProgramsIn(await open({ userAgent: AGENT.firefox }));
}

/** An account elsewhere, with as long an address as there may be, connected to the one that is signed in. */
export async function connectOne(page: Page, obliging: MisbehavingProvider): Promise<void> {
  const long = "somebody-with-a-long-name-at-an-organisation-with-a-long-name";
  obliging.person = { sub: "long", email: `${long}@${long}.example.org`, email_verified: true };
  await page.goto("/account/connections");
  await button(page, "Connect Works").click();
  await expect(page.getByRole("table", { name: "Your connections" })).toBeVisible();
}

/** Two programs, one of which is robbed: its first token comes back from elsewhere after two rotations. */
async function signProgramsIn({ request }: Page): Promise<void> {
  const post = async (path: string, data: object, status: number, headers = {}) => {
    const answer = await request.post(path, { data, headers });
    expect(answer.status()).toBe(status);
    return answer.json();
  };
  const entry = { username: DORA.username, password: PASSWORD };
  await post("/api/auth/token/", entry, 200);
  const { refresh } = await post("/api/auth/token/", entry, 200);
  const second = await post("/api/auth/token/refresh/", { refresh }, 200);
  await post("/api/auth/token/refresh/", { refresh: second.refresh }, 200);
  await post("/api/auth/token/refresh/", { refresh }, 401, { "User-Agent": "curl/8.5.0" });
}

const stop = (name: string, path: string, title: string, status?: number): Stop => ({
  name,
  status,
  go: async (page) => {
    await page.goto(path);
    await expect(heading(page, title)).toBeVisible();
  },
});

/** Before anybody is signed in, where providers are offered. */
export const OUTSIDE: Stop[] = [
  stop("sign-in", "/login", "Sign in"),
  stop("sign-in after a session ran out", "/login?next=%2Faccount&notice=session_expired", "Sign in"),
  {
    name: "sign-in refused",
    status: 401,
    go: async (page) => {
      await page.goto("/login");
      await trySignIn(page, "nobody-of-that-name", PASSWORD);
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  stop("sign-up", "/register", "Create an account"),
  {
    name: "sign-up refused",
    status: 422,
    go: async (page) => {
      await page.goto("/register");
      await field(page, "Username").fill("admin");
      await field(page, "Password").fill(PASSWORD);
      await button(page, "Create account").click();
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  stop("no such provider", "/auth/nobody", "There is no such provider", 404),
  stop("an answer that nobody asked for", "/auth/google/callback?state=none&code=none", "Please start again", 400),
  stop("an invitation that does not work", "/invitation?code=wrong", "This link does not work", 403),
  stop("set-up that is done", "/setup", "Set-up is done", 403),
  stop("nothing here", "/no/such/page", "There is nothing here", 404),
  stop("not for following links", "/logout", "That is not how this works", 405),
];

/** One's own account, while other browsers are signed in to it, with one connection and one that could be made. */
export const ACCOUNT: Stop[] = [
  stop("account", "/account", "Account"),
  stop("sessions", "/account/sessions?notice=session_ended", "Sessions"),
  {
    name: "sessions, with a question",
    go: async (page) => {
      await page.goto("/account/sessions");
      await button(page, "End all other sessions").click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  stop("connections", "/account/connections?notice=linked", "Connections"),
  {
    name: "connections, with a question",
    go: async (page) => {
      await page.goto("/account/connections");
      await button(page, /^Disconnect/).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  stop("signing in once more", "/login?again=1&next=/account/connections", "Sign in once more"),
  stop("security", "/account/security", "Security"),
  {
    name: "security, refused",
    status: 422,
    go: async (page) => {
      await page.goto("/account/security");
      await field(page, "Current password").fill("wrong horse wrong battery");
      await field(page, "New password").fill("wrong horse wrong battery");
      await button(page, "Change password").click();
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
];

/** The console, for an administrator. */
export const CONSOLE: Stop[] = [
  stop("overview", "/admin", "Overview"),
  {
    name: "overview of a week, with its numbers",
    go: async (page) => {
      await page.goto("/admin?span=week");
      await page.getByText("The same as a table").click();
      await expect(page.getByRole("table", { name: "Activity, newest first" })).toBeVisible();
    },
  },
  stop("everybody's sessions", "/admin/sessions", "Sessions"),
  stop("no sessions that match", "/admin/sessions?user=nobody-of-that-name", "Sessions"),
  {
    name: "everybody's sessions, with a question",
    go: async (page) => {
      await page.goto(`/admin/sessions?user=${DORA.username}`);
      await button(page, /^End session/).first().click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  stop("everything that would end", "/admin/sessions/end?all=1", "End many sessions"),
  stop("nothing to end", "/admin/families/end?user=nobody-of-that-name", "End many API sign-ins"),
  stop("bulk ends", "/admin/bulk-ends", "Bulk ends"),
  stop("everybody's programs", "/admin/families", "API sign-ins"),
  stop("no programs that match", "/admin/families?user=nobody-of-that-name", "API sign-ins"),
  {
    name: "a user's programs, with a question",
    go: async (page) => {
      await page.goto(`/admin/families?user=${DORA.username}`);
      await button(page, /^End all API sign-ins/).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "a program that was robbed",
    go: async (page) => {
      await page.goto("/admin/families?event=theft");
      await page.getByRole("table").locator("a[href^='/admin/families/']").first().click();
      await expect(page.getByRole("img", { name: "The history of this API sign-in" })).toBeVisible();
    },
  },
  stop("threats", "/admin/threats", "Threats"),
  stop("no threats that match", "/admin/threats?user=nobody-of-that-name", "Threats"),
  {
    name: "a threat",
    go: async (page) => {
      await page.goto("/admin/threats");
      await page.getByRole("table").locator("a[href^='/admin/threats/']").first().click();
      await expect(heading(page, "Token theft")).toBeVisible();
    },
  },
  stop("keys", "/admin/keys", "Keys"),
  stop("nodes", "/admin/nodes", "Nodes"),
  stop("settings", "/admin/settings", "Settings"),
  stop("settings that were set", "/admin/settings?show=changed", "Settings"),
  stop("users", "/admin/users", "Users"),
  stop("no users that match", "/admin/users?search=nobody-of-that-name", "Users"),
  { name: "a user", go: (page) => goToUser(page, DORA) },
  stop("inviting", "/admin/users/invite", "Invite somebody"),
  {
    name: "a link that is shown once",
    go: async (page) => {
      await page.goto("/admin/users/invite");
      await button(page, "Make the link").click();
      await expect(heading(page, "The invitation is made")).toBeVisible();
    },
  },
  {
    name: "coming by such a link",
    go: async (page) => {
      await page.goto("/admin/users/invite");
      await button(page, "Make the link").click();
      await expect(heading(page, "The invitation is made")).toBeVisible();
      await page.goto(await field(page, "Copy this").inputValue());
      await expect(heading(page, "You are invited")).toBeVisible();
    },
  },
  stop("invitations", "/admin/invitations", "Invitations"),
  { name: "oneself", go: (page) => goToUser(page, ADMIN) },
  stop("audit", "/admin/audit", "Audit"),
  {
    name: "audit, with details",
    go: async (page) => {
      await page.goto("/admin/audit");
      await button(page, /^Details of/).first().click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  stop("no events that match", "/admin/audit?address=192.0.2.1", "Audit"),
  stop("nothing there in the console", "/admin/no/such/page", "There is nothing here", 404),
];

/** The page of the API: the same for everybody, and the only one with a script that is no island. */
export const API: Stop = {
  name: "the API, with a call to try",
  go: async (page) => {
    await page.goto("/api/docs");
    await page.locator("details").filter({ hasText: "/api/auth/token/" }).first().locator("summary").click();
    await expect(page.getByText("curl -X POST").first()).toBeVisible();
  },
};

/** Everything that an administrator sees. */
export const INSIDE: Stop[] = [...ACCOUNT, ...CONSOLE, API];

/** On a phone, the bar at the top folds its entries away. */
export const MENU: Stop = {
  name: "menu",
  go: async (page) => {
    await page.goto("/admin");
    await button(page, "Menu").click();
    await expect(page.getByRole("navigation", { name: "Console" })).toBeVisible();
  },
};

/** What a user without a console is refused. */
export const REFUSED: Stop = stop("not permitted", "/admin", "You may not do that", 403);

/** A server that nobody administers yet. */
export const FRESH = (link: string): Stop[] => [
  stop("a link that does not work", "/setup?code=wrong", "This link does not work", 403),
  stop("set-up", link, "Make the first administrator"),
];
