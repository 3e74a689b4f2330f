// Guessing at passwords, and who gets in all the same.
import { alert, button, heading, send, signIn, trySignIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { DORA, EMIL, PASSWORD } from "../helpers/people.ts";

test("after five wrong passwords there is a pause, except where the account was used before", async ({ open, watch }) => {
  watch.expectStatus(401, 429);
  const known = await open();
  await signIn(known, DORA);
  await send(known, button(known, "Sign out"));
  await expect(known).toHaveURL(/\/login/);

  const stranger = await open();
  await stranger.goto("/login");
  for (const guess of ["one", "two", "three", "four", "five"]) {
    const answer = await trySignIn(stranger, DORA.username, `guess number ${guess}`);
    expect(answer.status(), guess).toBe(401);
  }

  await test.step("the sixth must wait, even with the right password", async () => {
    const answer = await trySignIn(stranger, DORA.username, PASSWORD);
    expect(answer.status()).toBe(429);
    const seconds = Number(await answer.headerValue("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    await expect(alert(stranger)).toHaveText(/^Too many attempts\. Try again in \d+ seconds?\.$/);
    await stranger.goto("/account");
    await expect(stranger).toHaveURL(/\/login/);
  });

  await test.step("another name from the same address must wait as well", async () => {
    const answer = await trySignIn(stranger, EMIL.username, PASSWORD);
    expect(answer.status()).toBe(429);
  });

  await test.step("a browser that signed in before is let in", async () => {
    const answer = await trySignIn(known, DORA.username, PASSWORD);
    expect(answer.status()).toBe(303);
    await expect(known).toHaveURL("/account");
    await expect(heading(known, "Account")).toBeVisible();
  });

  await test.step("but not to somebody else's account", async () => {
    await send(known, button(known, "Sign out"));
    const answer = await trySignIn(known, EMIL.username, PASSWORD);
    expect(answer.status()).toBe(429);
  });
});

test("somebody who is wrong four times still gets in with the fifth", async ({ page, watch }) => {
  watch.expectStatus(401);
  await page.goto("/login");
  for (const guess of ["one", "two", "three", "four"]) await trySignIn(page, DORA.username, `guess number ${guess}`);
  await trySignIn(page, DORA.username, PASSWORD);
  await expect(page).toHaveURL("/account");
});
