// Leaving, and what stays behind: nothing.
import { button, heading, notice, send, sessionCookie, signIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { DORA } from "../helpers/people.ts";

test("signing out takes the cookie away, and what it was opens nothing any more", async ({ page, server }) => {
  await signIn(page, DORA);
  await page.goto("/account/sessions");
  const before = await page.context().cookies();
  const old = before.find(({ name }) => name === "latchkey");
  expect(old).toBeDefined();

  const answer = await send(page, button(page.getByRole("banner"), "Sign out"));
  expect(answer.status()).toBe(303);
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(notice(page)).toHaveText("You are signed out.");
  expect(await sessionCookie(page)).toBeUndefined();

  await test.step("the way back shows no private page", async () => {
    await page.goBack();
    await expect(heading(page, "Sign in")).toBeVisible();
    await expect(page.getByText(DORA.email)).toHaveCount(0);
  });

  await test.step("the old value, put back by hand, is refused", async () => {
    await page.context().addCookies([{ name: "latchkey", value: old?.value ?? "", url: server.url }]);
    await page.goto("/account");
    await expect(page).toHaveURL("/login");
    const api = await page.request.get("/api/me");
    expect(api.status()).toBe(401);
  });
});

test("signing out twice is no mistake", async ({ open }) => {
  const page = await open();
  await signIn(page, DORA);
  const second = await page.context().newPage();
  await second.goto("/account");
  await send(page, button(page, "Sign out"));
  await expect(notice(page)).toHaveText("You are signed out.");
  await send(second, button(second, "Sign out"));
  await expect(heading(second, "Sign in")).toBeVisible();
  await expect(notice(second)).toHaveText("You are signed out.");
});
