// A user's own sessions: seeing them, ending them, and what the ended browser is told.
import type { Page } from "@playwright/test";
import { button, confirm, field, heading, notice, send, sessionCookie, signIn } from "../helpers/actions.ts";
import { AGENT } from "../helpers/browser.ts";
import { expect, type Open, test } from "../helpers/fixtures.ts";
import { DORA } from "../helpers/people.ts";

const rows = (page: Page) => page.getByRole("table").getByRole("row").filter({ has: page.getByRole("cell") });

/** The same person in two browsers: a desktop and a phone. */
async function twoBrowsers(open: Open): Promise<{ desktop: Page; phone: Page }> {
  const desktop = await open({ userAgent: AGENT.firefox });
  const phone = await open({ userAgent: AGENT.safari });
  await signIn(desktop, DORA);
  await signIn(phone, DORA);
  return { desktop, phone };
}

test("two browsers are listed, and the one that looks is marked", async ({ open }) => {
  const { desktop } = await twoBrowsers(open);
  await expect(desktop.getByText("You are signed in with this browser and")).toHaveCount(0);
  await desktop.goto("/account");
  await expect(desktop.getByText("You are signed in with this browser and 1 other.")).toBeVisible();
  await desktop.getByRole("link", { name: "See sessions" }).click();
  await expect(desktop).toHaveURL("/account/sessions");
  await expect(rows(desktop)).toHaveCount(2);

  const own = rows(desktop).first();
  await expect(own).toContainText("Firefox on Windows 10");
  await expect(own).toContainText("This session");
  await expect(own).toContainText("127.0.0.1");
  await expect(button(own, "Sign out")).toBeVisible();
  const other = rows(desktop).nth(1);
  await expect(other).toContainText("Safari on iPhone");
  await expect(other).not.toContainText("This session");
});

test("ending one session ends that browser on its next click, and tells it why", async ({ open }) => {
  const { desktop, phone } = await twoBrowsers(open);
  await desktop.goto("/account/sessions");

  await test.step("the question can be answered with no", async () => {
    await button(desktop, /^End session Safari on iPhone/).click();
    const question = desktop.getByRole("dialog", { name: "End the session in Safari on iPhone?" });
    await expect(question).toBeVisible();
    await expect(button(question, "Cancel"), "the way out is the default").toBeFocused();
    await button(question, "Cancel").click();
    await expect(question).toBeHidden();
    await button(desktop, /^End session Safari on iPhone/).click();
    await desktop.keyboard.press("Escape");
    await expect(question).toBeHidden();
    await desktop.reload();
    await expect(rows(desktop)).toHaveCount(2);
  });

  await test.step("and with yes", async () => {
    await confirm(desktop, /^End session Safari on iPhone/);
    await expect(notice(desktop)).toHaveText("The session is ended.");
    await expect(rows(desktop)).toHaveCount(1);
    await expect(desktop.getByText("You are signed in with this browser only.")).toBeVisible();
  });

  await test.step("the other browser is out, and can come back", async () => {
    await phone.getByRole("link", { name: "See sessions" }).click();
    await expect(heading(phone, "Sign in")).toBeVisible();
    await expect(notice(phone)).toContainText("Your session was ended from another browser of yours.");
    await signIn(phone, DORA);
  });

  await desktop.reload();
  await expect(rows(desktop)).toHaveCount(2);
});

test("ending all others leaves this one alone", async ({ open }) => {
  const { desktop, phone } = await twoBrowsers(open);
  const third = await open();
  await signIn(third, DORA);
  const kept = await sessionCookie(desktop);

  await desktop.goto("/account/sessions");
  await expect(rows(desktop)).toHaveCount(3);
  await button(desktop, "End all other sessions").click();
  const question = desktop.getByRole("dialog", { name: "End all other sessions?" });
  await expect(question).toContainText("Your 2 other sessions end at once, and so do all API sign-ins.");
  await button(question, "Cancel").click();
  await expect(question).toBeHidden();
  await expect(rows(desktop)).toHaveCount(3);

  await confirm(desktop, "End all other sessions");
  await expect(notice(desktop)).toHaveText("The sessions are ended.");
  await expect(rows(desktop)).toHaveCount(1);
  expect(await sessionCookie(desktop)).toBe(kept);
  for (const page of [phone, third]) {
    await page.goto("/account");
    await expect(heading(page, "Sign in")).toBeVisible();
    await expect(notice(page)).toContainText("Your session was ended from another browser of yours.");
  }
});

test("a session that is over already is not ended twice", async ({ open }) => {
  const { desktop, phone } = await twoBrowsers(open);
  await desktop.goto("/account/sessions");
  await send(phone, button(phone, "Sign out"));
  await confirm(desktop, /^End session Safari on iPhone/);
  await expect(notice(desktop)).toHaveText("Nothing to end: it was over already.");
  await expect(rows(desktop)).toHaveCount(1);
});

test("nobody ends a stranger's session by its address", async ({ open, watch }) => {
  watch.expectStatus(404);
  const { desktop, phone } = await twoBrowsers(open);
  await desktop.goto("/account/sessions");
  const action = await desktop.locator('form[action$="/end"]').first().getAttribute("action");

  const stranger = await open();
  await stranger.goto("/register");
  await field(stranger, "Username").fill("farah");
  await field(stranger, "Password").fill("walnut harbour thirty lanterns");
  await send(stranger, button(stranger, "Create account"));
  await expect(stranger).toHaveURL("/account");
  // A form of their own page, turned to that address: the token is theirs and good.
  await stranger.locator('form[action="/logout"]').evaluate((form, to) => form.setAttribute("action", to), action ?? "");
  const refused = await send(stranger, button(stranger, "Sign out"));
  expect(refused.status()).toBe(404);
  await phone.goto("/account");
  await expect(heading(phone, "Account")).toBeVisible();
});
