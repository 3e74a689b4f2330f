// What people do on the pages, told once. Everything goes through what they see: labels, buttons, headings.
import { expect, type Locator, type Page, type Response } from "@playwright/test";
import { PASSWORD, type Person } from "./people.ts";

export const heading = (page: Page, name: string): Locator => page.getByRole("heading", { name, level: 1 });
export const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole("button", { name, exact: typeof name === "string" });
/** What is typed or chosen under a label; a panel may bear the same name. */
export const field = (page: Page, label: string): Locator =>
  page.getByLabel(label, { exact: true }).and(page.locator("input, select"));

/** What the page says happened: bad news is an alert, other news a status. */
export const notice = (page: Page): Locator => page.locator("main").getByRole("status").first();
export const alert = (page: Page): Locator => page.getByRole("alert");

/** What is said of a field: the message is tied to it, for those who cannot see where it stands. */
export async function saidOf(input: Locator): Promise<string> {
  await expect(input).toHaveAttribute("aria-invalid", "true");
  const ids = (await input.getAttribute("aria-describedby"))?.split(" ") ?? [];
  const texts = await Promise.all(ids.map((id) => input.page().locator(`#${id}`).innerText()));
  return texts.join(" ");
}

/** Presses a button that sends a form, waits for the page that follows, and returns the answer to the form itself. */
export async function send(page: Page, press: Locator): Promise<Response> {
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  // Not before the next page stands may anything else be typed: it would be typed into the last one.
  const next = page.waitForEvent("domcontentloaded");
  await press.click();
  await next;
  return answer;
}

/** Fills the sign-in form of the page that is open, and sends it. */
export async function trySignIn(page: Page, name: string, password: string): Promise<Response> {
  await field(page, "Username or e-mail address").fill(name);
  await field(page, "Password").fill(password);
  return send(page, button(page, "Sign in"));
}

/** Signs in, and makes sure of it. */
export async function signIn(page: Page, person: Person, password = PASSWORD): Promise<void> {
  await page.goto("/login");
  await trySignIn(page, person.username, password);
  await expect(page).toHaveURL("/account");
  await expect(page.getByRole("heading", { name: person.username, exact: true })).toBeVisible();
}

/** Presses the button that asks first, and then the one in the question. */
export async function confirm(page: Page, asks: string | RegExp): Promise<void> {
  await button(page, asks).click();
  const question = page.getByRole("dialog");
  await expect(question).toBeVisible();
  await send(page, question.locator("button[type=submit]"));
}

/** The value of the session's cookie, if the browser has one. */
export async function sessionCookie(page: Page): Promise<string | undefined> {
  const cookies = await page.context().cookies();
  return cookies.find(({ name }) => name === "latchkey")?.value;
}

/** Goes to a user's page in the console. */
export async function goToUser(page: Page, person: Person): Promise<void> {
  await page.goto(`/admin/users?search=${person.username}`);
  await page.getByRole("table").getByRole("link", { name: person.username, exact: true }).click();
  await expect(heading(page, person.username)).toBeVisible();
}
