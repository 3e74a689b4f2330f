// Everything that people do here, done by keyboard alone, with script and without.
import type { Page } from "@playwright/test";
import { button, field, heading, notice, signIn } from "../helpers/actions.ts";
import { AGENT } from "../helpers/browser.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { answerYes, press, pressOn, tabTo, typeInto } from "../helpers/keyboard.ts";
import { ADMIN, DORA, EMIL, NEW_PASSWORD, PASSWORD } from "../helpers/people.ts";
import { signOthersIn } from "../helpers/tour.ts";

const rows = (page: Page) => page.getByRole("table").first().getByRole("row").filter({ has: page.getByRole("cell") });
const inConsole = (page: Page, name: string | RegExp) =>
  page.getByRole("navigation", { name: "Console" }).getByRole("link", { name });

/** Signs in without touching a mouse. */
async function enter(page: Page, name: string): Promise<void> {
  await page.goto("/login");
  await expect(field(page, "Username or e-mail address")).toBeFocused();
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(heading(page, "Account")).toBeVisible();
}

// Many steps, and many stops between them.
test.slow();

test("sessions are filtered and ended by keyboard", async ({ page, open }) => {
  await signOthersIn(open);
  await enter(page, ADMIN.username);
  await pressOn(page, inConsole(page, "Sessions"));
  await typeInto(page, field(page, "User"), DORA.username);
  await pressOn(page, button(page, "Filter"));
  await expect(page).toHaveURL(/user=dora/);
  await expect(rows(page)).toHaveCount(1);
  await answerYes(page, button(page, /^End session/));
  await expect(notice(page)).toHaveText("The session is ended.");
  await pressOn(page, page.getByRole("link", { name: "Clear" }));
  await expect(rows(page)).toHaveCount(3);
});

test("programs are ended, one and all, by keyboard", async ({ page, open }) => {
  await signOthersIn(open);
  await enter(page, ADMIN.username);
  await pressOn(page, inConsole(page, "API sign-ins"));
  await answerYes(page, button(page, /^End API sign-in of/));
  await expect(notice(page)).toHaveText("The API sign-in is ended.");
  await pressOn(page, page.getByRole("table").locator("a[href^='/admin/families/']").first());
  await expect(page.getByRole("img", { name: "The history of this API sign-in" })).toBeVisible();
});

test("a list is paged by keyboard", async ({ page, open }) => {
  const { request } = await open();
  for (let n = 0; n < 55; n++) {
    const data = { username: DORA.username, password: PASSWORD };
    expect((await request.post("/api/auth/token/", { data })).status()).toBe(200);
  }
  await enter(page, ADMIN.username);
  await page.goto("/admin/families");
  const first = await rows(page).count();
  // What stands after a long list is nearer from the end.
  await pressOn(page, page.getByRole("link", { name: "Next page" }), "Shift+Tab");
  await expect(rows(page)).toHaveCount(55 - first);
  await pressOn(page, page.getByRole("link", { name: "First page" }), "Shift+Tab");
  await expect(rows(page)).toHaveCount(first);
});

test("an incident is judged by keyboard", async ({ page, open }) => {
  await signOthersIn(open);
  await enter(page, ADMIN.username);
  await pressOn(page, inConsole(page, /^Threats/));
  await pressOn(page, page.getByRole("table").locator("a[href^='/admin/threats/']").first());
  await expect(heading(page, "Token theft")).toBeVisible();
  await tabTo(page, page.getByLabel("Note"));
  await page.keyboard.type("Asked her: it was not her.");
  await pressOn(page, page.locator("form[action$='/judge'] button[type=submit]").first());
  await expect(notice(page)).toHaveText("The verdict is noted.");
  await expect(page.getByText("Asked her: it was not her.").first()).toBeVisible();
});

test("a role is changed and a user is disabled by keyboard", async ({ page }) => {
  await enter(page, ADMIN.username);
  await pressOn(page, inConsole(page, "Users"));
  await pressOn(page, page.getByRole("table").getByRole("link", { name: DORA.username, exact: true }));
  await expect(heading(page, DORA.username)).toBeVisible();
  await tabTo(page, field(page, "New role"));
  await page.keyboard.type("Auditor");
  await pressOn(page, button(page, "Change role"));
  await expect(notice(page)).toHaveText("The role is changed.");
  await answerYes(page, button(page, /^Disable user/));
  await expect(notice(page)).toContainText("The user is disabled");
  await pressOn(page, button(page, /^Enable/));
  await expect(notice(page)).toContainText("The user is enabled");
});

test("keys are rotated and the record is read by keyboard", async ({ page }) => {
  await enter(page, ADMIN.username);
  await pressOn(page, inConsole(page, "Keys"));
  await pressOn(page, button(page, /^Rotate/));
  await expect(notice(page)).toContainText("The next key is published");
  await pressOn(page, inConsole(page, "Audit"));
  await press(page, button(page, /^Details of/));
  const details = page.getByRole("dialog");
  await expect(details).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(details).toBeHidden();
  // The focus is where it was.
  await expect(button(page, /^Details of/).first()).toBeFocused();
});

test("the theme is chosen by keyboard", async ({ page }) => {
  await page.goto("/login");
  await pressOn(page, button(page, "Dark theme"));
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await enter(page, EMIL.username);
  await pressOn(page, button(page, "Light theme"));
  await expect(page).toHaveURL("/account");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});

test("one's own account is looked after by keyboard", async ({ page, open }) => {
  await signIn(await open({ userAgent: AGENT.safari }), EMIL);
  await enter(page, EMIL.username);
  await pressOn(page, page.getByRole("link", { name: "See sessions" }));
  await answerYes(page, button(page, /^End session/));
  await expect(notice(page)).toHaveText("The session is ended.");
  await pressOn(page, page.getByRole("navigation", { name: "Account" }).getByRole("link", { name: "Security" }));
  await typeInto(page, field(page, "Current password"), PASSWORD);
  await typeInto(page, field(page, "New password"), NEW_PASSWORD);
  await pressOn(page, button(page, "Change password"));
  await expect(notice(page)).toContainText("Your password is changed");
  await pressOn(page, button(page, "Sign out"));
  await expect(heading(page, "Sign in")).toBeVisible();
});

test("on a phone's screen the menu opens and closes by keyboard", async ({ open }) => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await enter(page, ADMIN.username);
  await press(page, button(page, "Menu"));
  await expect(inConsole(page, "Keys")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(inConsole(page, "Keys")).toBeHidden();
  await expect(button(page, "Menu")).toBeFocused();
  await page.keyboard.press("Enter");
  await pressOn(page, inConsole(page, "Keys"));
  await expect(heading(page, "Keys")).toBeVisible();
});
