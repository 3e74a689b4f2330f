// Tasks of the console and of one's own account, done by keyboard alone, with script and without: one list, done from
// top to bottom on one server by one person.
import { readFile } from "node:fs/promises";
import { type Locator, type Page, test as playwright } from "@playwright/test";
import { button, field, heading, notice, signIn } from "../helpers/actions.ts";
import { AGENT } from "../helpers/browser.ts";
import { holdEnds, releaseEnds } from "../helpers/database.ts";
import type { Open } from "../helpers/fixtures.ts";
import { answerYes, choose, press, pressOn, skip, tabTo, typeInto } from "../helpers/keyboard.ts";
import { ADMIN, DORA, EMIL, PASSWORD } from "../helpers/people.ts";
import { run } from "../helpers/program.ts";
import type { Server } from "../helpers/server.ts";
import { signOthersIn } from "../helpers/tour.ts";
import { expect, test } from "../helpers/with-obliging-provider.ts";

type Given = { page: Page; open: Open; server: Server };
type Task = { name: string; does: (given: Given) => Promise<void> };

const rows = (page: Page) => page.getByRole("table").first().getByRole("row").filter({ has: page.getByRole("cell") });
const link = (within: Page | Locator, name: string | RegExp) =>
  within.getByRole("link", { name, exact: typeof name === "string" });
const done = (page: Page, text: string) => expect(page.getByRole("heading", { name: text })).toBeVisible();

/** Types an address, and goes past what stands on every page. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await skip(page);
}

/** Fetches a list as a file. */
async function saved(page: Page, name: string): Promise<string[]> {
  const download = page.waitForEvent("download");
  await press(page, link(page, name));
  return (await readFile(await (await download).path(), "utf8")).trim().split("\n");
}

/** Invites somebody under a name, and returns the link. */
async function invite(page: Page, username: string): Promise<string> {
  await visit(page, "/admin/users");
  await pressOn(page, link(page, "Invite"));
  await skip(page);
  await typeInto(page, page.getByLabel(/^Username/), username);
  await choose(page, field(page, "Role"), "Auditor");
  await pressOn(page, button(page, "Make the link"));
  const address = field(page, "Copy this");
  await expect(address, "it can be copied at once").toBeFocused();
  return address.inputValue();
}

const LISTS = ["sessions", "families", "users", "audit"];

const CONSOLE: Task[] = [
  {
    name: "a list is put into another order",
    does: async ({ page }) => {
      await visit(page, "/admin/sessions");
      await expect(rows(page).first()).toContainText(ADMIN.username);
      await choose(page, field(page, "Order"), "Oldest");
      await pressOn(page, button(page, "Filter"));
      await expect(page).toHaveURL(/sort=oldest/);
      await expect(rows(page).first()).toContainText(DORA.username);
    },
  },
  {
    name: "a list is narrowed by what few need",
    does: async ({ page }) => {
      await visit(page, "/admin/sessions");
      await press(page, page.locator("summary").filter({ hasText: "More filters" }));
      await choose(page, field(page, "System"), "iPhone");
      await pressOn(page, button(page, "Filter"));
      await expect(rows(page)).toContainText([EMIL.username, DORA.username]);
      await expect(rows(page)).toContainText(Array(2).fill("Safari on iPhone"));
    },
  },
  ...LISTS.map((list) => ({
    name: `the list of ${list} is fetched as a file of either kind`,
    does: async ({ page }: Given) => {
      await visit(page, `/admin/${list}`);
      const shown = await rows(page).count();
      expect(shown).toBeGreaterThan(0);
      const table = await saved(page, "Export CSV");
      const lines = await saved(page, "JSON lines");
      // A table begins with the names of its columns, and that it was fetched is on the record itself.
      const added = list === "audit" ? 1 : 0;
      expect(table.length - 1 + added).toBe(lines.length);
      expect(lines.length).toBeGreaterThanOrEqual(shown);
      for (const line of lines) expect(JSON.parse(line)).toBeInstanceOf(Object);
      expect(table.join("\n")).toContain(DORA.username);
      await expect(page, "the list stays where it is").toHaveURL(new RegExp(`/admin/${list}(#content)?$`));
    },
  })),
  {
    name: "several are chosen, and end together",
    does: async ({ page }) => {
      await visit(page, "/admin/sessions");
      await press(page, page.getByRole("checkbox", { name: /^Choose emil.*Chrome/ }), "Space");
      await press(page, page.getByRole("checkbox", { name: /^Choose emil.*Firefox/ }), "Space");
      await pressOn(page, button(page, "End selected…"), "Shift+Tab");
      await expect(page.getByText("2 sessions of 1 user would end.")).toBeVisible();
      await skip(page);
      await pressOn(page, button(page, "End these sessions"));
      await done(page, "2 sessions have ended");
    },
  },
  {
    name: "all that match a filter end, which is left and found again",
    does: async ({ page }) => {
      await visit(page, "/admin/sessions");
      await typeInto(page, field(page, "User"), EMIL.username);
      await pressOn(page, button(page, "Filter"));
      await skip(page);
      await pressOn(page, link(page, "End all that match…"));
      await expect(page.getByText("1 session of 1 user would end.")).toBeVisible();
      await skip(page);
      await pressOn(page, button(page, "End these sessions"));
      await done(page, "1 session has ended");

      await visit(page, "/admin/sessions");
      await pressOn(page, link(page, "Bulk ends"));
      await skip(page);
      await pressOn(page, link(page, `Sessions of ${EMIL.username}`));
      await done(page, "1 session has ended");
    },
  },
  {
    name: "an order to end many is stopped, and what it meant goes on",
    does: async ({ page, server }) => {
      await holdEnds(server.folder);
      await visit(page, `/admin/sessions?user=${DORA.username}`);
      await pressOn(page, link(page, "End all that match…"));
      await skip(page);
      await pressOn(page, button(page, "End these sessions"));
      await done(page, "0 of 1 session has ended");
      const order = new URL(page.url()).pathname;

      // The page loads itself again every few seconds, which takes the focus away, until it is told to stand still.
      await expect(async () => {
        await visit(page, order);
        await pressOn(page, link(page, "Keep it still"));
        await expect(page).toHaveURL(/still=1/, { timeout: 1_000 });
      }).toPass();
      await skip(page);
      await answerYes(page, button(page, "Stop this bulk end"));
      await expect(notice(page)).toHaveText("Stopped. What has ended stays so.");
      await done(page, "0 of 1 session has ended");
      await releaseEnds(server.folder);
      await page.goto(`/admin/sessions?user=${DORA.username}&state=live`);
      await expect(rows(page)).toHaveCount(1);
    },
  },
  {
    name: "somebody is invited, and arrives",
    does: async ({ page, open }) => {
      const address = await invite(page, "frida");
      const frida = await open();
      await frida.goto(address);
      await expect(heading(frida, "You are invited")).toBeVisible();
      await typeInto(frida, field(frida, "Password"), PASSWORD);
      await pressOn(frida, button(frida, "Create account"));
      await expect(frida.getByRole("heading", { name: "frida", exact: true })).toBeVisible();
    },
  },
  {
    name: "an invitation is withdrawn",
    does: async ({ page }) => {
      await invite(page, "hanne");
      await pressOn(page, link(page, "See open invitations"));
      await skip(page);
      await answerYes(page, button(page, "Withdraw the invitation of hanne"));
      await expect(notice(page)).toHaveText("The link is withdrawn: it opens nothing any more.");
    },
  },
  {
    name: "a user is signed out everywhere",
    does: async ({ page }) => {
      await visit(page, `/admin/users?search=${DORA.username}`);
      await pressOn(page, link(page.getByRole("table"), DORA.username));
      await skip(page);
      await answerYes(page, button(page, `End all API sign-ins of ${DORA.username}`));
      await expect(notice(page)).toHaveText("The API sign-ins are ended.");
      await skip(page);
      await answerYes(page, button(page, `End all sessions of ${DORA.username}`));
      await expect(notice(page)).toHaveText("The sessions are ended.");
      await expect(page.getByText("No browser is signed in as this user.")).toBeVisible();
      await expect(page.getByText("No program holds tokens of this user.")).toBeVisible();
    },
  },
  {
    name: "a key is killed",
    does: async ({ page }) => {
      await visit(page, "/admin/keys");
      await answerYes(page, button(page, /^Kill key/).first());
      await expect(notice(page)).toHaveText("The key is killed: what it signed is refused.");
      await expect(rows(page).filter({ hasText: "Killed" })).toHaveCount(1);
    },
  },
  {
    name: "settings are looked at, and then only those that were set",
    does: async ({ page }) => {
      await page.goto("/admin");
      await pressOn(page, link(page.getByRole("navigation", { name: "Console" }), "Settings"));
      await skip(page);
      await pressOn(page, link(page, "Show only what was set"));
      await expect(page).toHaveURL(/show=changed/);
      await tabTo(page, link(page, "Show all settings"));
    },
  },
];

const OWN: Task[] = [
  {
    name: "somebody makes an account",
    does: async ({ open }) => {
      const page = await open();
      await page.goto("/register");
      await typeInto(page, field(page, "Username"), "gerda");
      await typeInto(page, field(page, "Password"), PASSWORD);
      await pressOn(page, button(page, "Create account"));
      await expect(page.getByRole("heading", { name: "gerda", exact: true })).toBeVisible();
    },
  },
  {
    name: "somebody who was invited arrives",
    does: async ({ open, server }) => {
      const printed = await run(server.folder, ["user", "invite", "--username", "frida"]);
      const page = await open();
      await page.goto(/\/invitation\?code=\S+/.exec(printed)?.[0] ?? "");
      await typeInto(page, field(page, "Password"), PASSWORD);
      await pressOn(page, button(page, "Create account"));
      await expect(page.getByRole("heading", { name: "frida", exact: true })).toBeVisible();
    },
  },
  {
    name: "an account elsewhere is connected",
    does: async ({ page }) => {
      await visit(page, "/account/connections");
      // There and back: the page that follows is the one that stays.
      await press(page, button(page, "Connect Works"));
      await expect(page.getByRole("table", { name: "Your connections" })).toBeVisible();
      await expect(notice(page)).toHaveText("Connected.");
    },
  },
  {
    name: "and disconnected",
    does: async ({ page }) => {
      await visit(page, "/account/connections");
      await answerYes(page, button(page, /^Disconnect Works/));
      await expect(notice(page)).toHaveText("Disconnected.");
    },
  },
  {
    name: "one's other sessions end together",
    does: async ({ page }) => {
      await visit(page, "/account/sessions");
      await answerYes(page, button(page, "End all other sessions"));
      await expect(notice(page)).toHaveText("The sessions are ended.");
    },
  },
];

async function all(tasks: Task[], given: Given): Promise<void> {
  for (const { name, does } of tasks) await playwright.step(name, () => does(given));
}

// Many tasks on one server.
test.slow();

test("tasks of the console are done by keyboard, one after the other", async ({ page, open, server }) => {
  await signOthersIn(open);
  for (const userAgent of [AGENT.chrome, AGENT.firefox, AGENT.safari]) await signIn(await open({ userAgent }), EMIL);
  await signIn(page, ADMIN);
  await all(CONSOLE, { page, open, server });
});

test("tasks of one's own account are done by keyboard, one after the other", async ({ page, open, server }) => {
  for (const userAgent of [AGENT.firefox, AGENT.safari]) await signIn(await open({ userAgent }), DORA);
  await signIn(page, DORA);
  await all(OWN, { page, open, server });
});
