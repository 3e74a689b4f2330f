// Signing in.
import { alert, button, field, heading, send, trySignIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { DORA, PASSWORD } from "../helpers/people.ts";

test("a user signs in by name or by e-mail address, however they write it", async ({ page }) => {
  await page.goto("/");
  await expect(page, "the start page leads here").toHaveURL("/login");
  for (const name of [DORA.username, "DORA", DORA.email, "Dora@EXAMPLE.org", `  ${DORA.username} `]) {
    await test.step(`"${name}"`, async () => {
      const answer = await trySignIn(page, name, PASSWORD);
      expect(answer.status()).toBe(303);
      await expect(page).toHaveURL("/account");
      await expect(page.getByRole("heading", { name: DORA.username, exact: true })).toBeVisible();
      await page.goto("/login");
      await expect(page, "whoever is signed in is led on").toHaveURL("/account");
      await send(page, button(page, "Sign out"));
    });
  }
});

test("a wrong password and an unknown name get the same answer", async ({ page, watch }) => {
  watch.expectStatus(401);
  const answers: Array<{ status: number; text: string; names: string[] }> = [];
  for (const name of [DORA.username, "nobody-of-that-name", "nobody@example.org"]) {
    await page.goto("/login");
    const answer = await trySignIn(page, name, "wrong horse wrong battery");
    await expect(alert(page)).toHaveText("That name and password do not match.");
    await expect(field(page, "Username or e-mail address")).toHaveValue(name);
    await expect(field(page, "Password")).toHaveValue("");
    await expect(field(page, "Password"), "only the password is typed again").toBeFocused();
    answers.push({
      status: answer.status(),
      text: (await page.locator("body").innerText()).replaceAll(name, ""),
      // The values differ with every answer; which headers there are must not.
      names: Object.keys(await answer.allHeaders()).sort(),
    });
  }
  expect(answers[0]?.status).toBe(401);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test("a form with an empty field is held back by the browser and refused by the server", async ({ page, watch }) => {
  watch.expectStatus(422);
  await page.goto("/login");
  await field(page, "Username or e-mail address").fill(DORA.username);
  await page.getByRole("button", { name: "Sign in" }).click();
  const missing = await field(page, "Password").evaluate((input: HTMLInputElement) => input.validity.valueMissing);
  expect(missing).toBe(true);

  await page.locator("main form").first().evaluate((form: HTMLFormElement) => (form.noValidate = true));
  const refused = await trySignIn(page, DORA.username, "");
  expect(refused.status()).toBe(422);
  await expect(alert(page)).toHaveText("Enter both your name and your password.");
  await expect(field(page, "Username or e-mail address")).toHaveValue(DORA.username);
});

test("signing in leads back to the page that was asked for", async ({ page, watch }) => {
  watch.expectStatus(401);
  await page.goto("/account/sessions?from=a%20letter");
  await expect(page).toHaveURL(/\/login\?next=/);
  // The way back is kept through a mistake.
  await trySignIn(page, DORA.username, "wrong horse wrong battery");
  await expect(alert(page)).toBeVisible();
  await trySignIn(page, DORA.username, PASSWORD);
  await expect(page).toHaveURL("/account/sessions?from=a%20letter");
  await expect(heading(page, "Sessions")).toBeVisible();
});

test("a link with a foreign way back does not lead off the server", async ({ page }) => {
  const foreign = ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"];
  for (const next of foreign) {
    await test.step(JSON.stringify(next), async () => {
      await page.goto(`/login?next=${encodeURIComponent(next)}`);
      await trySignIn(page, DORA.username, PASSWORD);
      await expect(page).toHaveURL("/account");
      // Somebody who is signed in already is not led off either.
      await page.goto(`/login?next=${encodeURIComponent(next)}`);
      await expect(page).toHaveURL("/account");
      await send(page, button(page, "Sign out"));
    });
  }
});
