// Making an account of one's own.
import type { Page, Response } from "@playwright/test";
import { alert, button, field, heading, saidOf, send, trySignIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { PASSWORD } from "../helpers/people.ts";

const email = (page: Page) => page.getByLabel("E-mail address");

async function trySignUp(page: Page, username: string, address: string, password: string): Promise<Response> {
  await field(page, "Username").fill(username);
  await email(page).fill(address);
  await field(page, "Password").fill(password);
  return send(page, button(page, "Create account"));
}

test("somebody makes an account and is signed in to it", async ({ page, open }) => {
  await page.goto("/login");
  await page.getByRole("link", { name: "Create one" }).click();
  await expect(heading(page, "Create an account")).toBeVisible();
  const made = await trySignUp(page, "Farah.N", "Farah@Example.org", PASSWORD);
  expect(made.status()).toBe(303);
  await expect(page).toHaveURL("/account");
  // The name is shown as its owner wrote it, and found however it is written.
  await expect(page.getByRole("heading", { name: "Farah.N", exact: true })).toBeVisible();
  await expect(page.getByText("Not verified")).toBeVisible();

  const elsewhere = await open();
  await elsewhere.goto("/login");
  await trySignIn(elsewhere, "farah.n", PASSWORD);
  await expect(elsewhere).toHaveURL("/account");
});

test("a mistake keeps what was typed, but never the password", async ({ page, watch }) => {
  watch.expectStatus(422);
  await page.goto("/register");
  const refused = await trySignUp(page, "two words", "farah@example.org", PASSWORD);
  expect(refused.status()).toBe(422);
  await expect(page).toHaveURL("/register");
  await expect(field(page, "Username")).toHaveValue("two words");
  await expect(email(page)).toHaveValue("farah@example.org");
  await expect(field(page, "Password")).toHaveValue("");
  expect(await refused.text()).not.toContain(PASSWORD);

  expect(await saidOf(field(page, "Username"))).toContain("no spaces");
  await expect(field(page, "Username")).toBeFocused();
  // The summary above leads to the field.
  await alert(page).getByRole("link").click();
  await expect(page).toHaveURL("/register#username");

  await trySignUp(page, "farah", "farah@example.org", PASSWORD);
  await expect(page).toHaveURL("/account");
});

test("passwords that are guessed first are refused with the reason", async ({ page, watch }) => {
  watch.expectStatus(422);
  await page.goto("/register");

  await test.step("the browser holds a short one back", async () => {
    await field(page, "Username").fill("farah");
    await field(page, "Password").fill("short");
    await button(page, "Create account").click();
    const tooShort = await field(page, "Password").evaluate((input: HTMLInputElement) => input.validity.tooShort);
    expect(tooShort).toBe(true);
    await expect(page).toHaveURL("/register");
  });

  for (const [password, reason] of [
    ["short", "At least 15 characters."],
    ["passwordpassword", "among the first passwords that anybody would guess"],
    ["qwertyuiopasdfghjkl", "among the first passwords that anybody would guess"],
    ["farah.n.farah.n.farah.n", "made of your own name or address"],
  ] as const) {
    await test.step(`${password}: ${reason}`, async () => {
      // Whoever goes round the browser's check is told by the server.
      await page.locator("main form").first().evaluate((form: HTMLFormElement) => (form.noValidate = true));
      const refused = await trySignUp(page, "farah.n", "", password);
      expect(refused.status()).toBe(422);
      expect(await saidOf(field(page, "Password"))).toContain(reason);
      await expect(field(page, "Username")).toHaveValue("farah.n");
      await expect(field(page, "Password")).toHaveValue("");
    });
  }
});

test("a name that is taken, or looks like one that is, is refused", async ({ page, watch }) => {
  watch.expectStatus(422);
  await page.goto("/register");
  for (const name of ["admin", "ADMIN", "\u0430dmin", "adm\u0456n"]) {
    const refused = await trySignUp(page, name, "", PASSWORD);
    expect(refused.status(), name).toBe(422);
    expect(await saidOf(field(page, "Username")), name).toContain("taken, or looks like one that is");
  }
});

test("an address that is taken is refused", async ({ page, watch }) => {
  watch.expectStatus(422);
  await page.goto("/register");
  const refused = await trySignUp(page, "farah", "ADMIN@example.org", PASSWORD);
  expect(refused.status()).toBe(422);
  expect(await saidOf(email(page))).toContain("There is an account with that address already.");
  await expect(alert(page)).toContainText("E-mail address");
});

test.describe("where sign-up is closed", () => {
  test.use({ settings: { sign_up: "closed" } });

  test("the page says so and what to do instead", async ({ page, watch }) => {
    watch.expectStatus(403);
    await page.goto("/login");
    await expect(page.getByRole("link", { name: "Create one" })).toHaveCount(0);
    const answer = await page.goto("/register");
    expect(answer?.status()).toBe(403);
    await expect(heading(page, "Sign-up is closed")).toBeVisible();
    await page.getByRole("link", { name: "Go to sign-in" }).click();
    await expect(page).toHaveURL("/login");
  });
});
