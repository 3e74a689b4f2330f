// Tokens of programs: a thief who replays one.
import { type APIRequestContext, request } from "@playwright/test";
import { button, goToUser, heading, notice, send, signIn } from "../helpers/actions.ts";
import { AGENT } from "../helpers/browser.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, DORA, PASSWORD, type Person } from "../helpers/people.ts";

type Pair = { access: string; refresh: string };

/** A program that speaks to the server by itself: no cookies, no page. */
const program = (baseURL: string, userAgent: string): Promise<APIRequestContext> =>
  request.newContext({ baseURL, userAgent, extraHTTPHeaders: {} });

async function signInProgram(api: APIRequestContext, person: Person): Promise<Pair> {
  const answer = await api.post("/api/auth/token/", { data: { username: person.username, password: PASSWORD } });
  expect(answer.status()).toBe(200);
  return answer.json();
}

const me = (api: APIRequestContext, access: string) =>
  api.get("/api/me", { headers: { Authorization: `Bearer ${access}` } });

const refresh = (api: APIRequestContext, token: string) =>
  api.post("/api/auth/token/refresh/", { data: { refresh: token } });

test("a thief replays a token: the console tells the story, and the user's other devices live on", async ({ open, server }) => {
  const phone = await program(server.url, AGENT.firefox);
  const laptop = await program(server.url, AGENT.safari);
  const thief = await program(server.url, "curl/8.5.0");
  const browser = await open({ userAgent: AGENT.firefox });
  await signIn(browser, DORA);
  const stolen = await signInProgram(phone, DORA);
  const other = await signInProgram(laptop, DORA);
  expect((await me(phone, stolen.access)).status()).toBe(200);

  // The phone rotates twice, so no grace excuses what the thief has.
  const second: Pair = await (await refresh(phone, stolen.refresh)).json();
  expect((await me(phone, second.access)).status()).toBe(200);
  const third: Pair = await (await refresh(phone, second.refresh)).json();
  expect((await me(phone, third.access)).status()).toBe(200);

  const replayed = await refresh(thief, stolen.refresh);
  expect(replayed.status()).toBe(401);
  expect(await replayed.json()).toEqual({ detail: "Token is blacklisted", code: "token_not_valid" });
  // The access token of the family is refused at once, and its refresh token too.
  const refused = await me(phone, third.access);
  expect(refused.status()).toBe(401);
  expect((await refused.json()).code).toBe("token_not_valid");
  expect((await refresh(phone, third.refresh)).status()).toBe(401);
  // The user's other devices live on.
  expect((await me(laptop, other.access)).status()).toBe(200);
  await browser.reload();

  const admin = await open();
  await signIn(admin, ADMIN);
  await admin.getByRole("navigation", { name: "Console" }).getByRole("link", { name: /^Threats/ }).click();
  await expect(heading(admin, "Threats")).toBeVisible();
  await admin.getByRole("main").locator("a[href^='/admin/threats/']").first().click();
  await expect(heading(admin, "Token theft")).toBeVisible();
  const main = admin.getByRole("main");
  await expect(main).toContainText(DORA.username);
  await expect(main).toContainText("Firefox");
  await expect(main).toContainText("curl");
  await send(admin, button(main, "Confirm"));
  await expect(notice(admin)).toBeVisible();

  // The family as a picture, with its end.
  await main.locator("a[href^='/admin/families/']").first().click();
  await expect(admin.getByRole("main")).toContainText("Token theft");

  // The user is told at the next sign-in.
  const again = await open({ userAgent: AGENT.firefox });
  await signIn(again, DORA);
  await expect(again.getByRole("main")).toContainText(/used from elsewhere/);

  await goToUser(admin, DORA);
  await expect(admin.getByRole("main")).toContainText("Safari");
  for (const api of [phone, laptop, thief]) await api.dispose();
});
