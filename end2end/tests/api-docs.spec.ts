// The page of the API: every call is read there, and tried.
import type { Locator, Page } from "@playwright/test";
import { button, heading } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { DORA, PASSWORD } from "../helpers/people.ts";

/** Opens a call of the page that is open. */
async function openCall(page: Page, method: string, path: string): Promise<Locator> {
  const call = page.locator("details").filter({
    has: page.locator("summary").getByText(method, { exact: true }),
  }).filter({
    has: page.locator("summary").getByText(path, { exact: true }),
  });
  await expect(call).toHaveCount(1);
  await call.locator("summary").click();
  return call;
}

/** Sends it as it is filled in, and returns what came back. */
async function sent(call: Locator): Promise<{ status: string; body: unknown }> {
  await button(call, "Send").click();
  const output = call.locator("output");
  await expect(output).toHaveText(/^\d{3} /);
  const [head = "", ...body] = (await output.innerText()).split("\n\n");
  return { status: head.split("\n")[0] ?? "", body: JSON.parse(body.join("\n\n")) };
}

/** All that a page could leave behind for the next one, as text. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () =>
    JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      history.state,
      (await indexedDB.databases()).map(({ name }) => name),
      await caches.keys(),
    ]),
  );

test("calls are sent from the page of the API, and a token that is typed there is left nowhere", { tag: "@script" }, async ({ page, server, watch }) => {
  watch.expectStatus(401);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("/api/docs");
  await expect(heading(page, "API")).toBeVisible();

  const ping = await openCall(page, "GET", "/api/ping");
  expect(await sent(ping)).toEqual({ status: "200 OK", body: { pong: true } });
  const me = await openCall(page, "GET", "/api/me");
  expect((await sent(me)).status, "without a token nobody is signed in").toBe("401 Unauthorized");

  const signIn = await openCall(page, "POST", "/api/auth/token/");
  await signIn.getByLabel("Body", { exact: true }).fill(JSON.stringify({ username: DORA.username, password: PASSWORD }));
  const { status, body } = await sent(signIn);
  expect(status).toBe("200 OK");
  const { access, refresh } = body as { access: string; refresh: string };
  expect(refresh).toMatch(/^lkr_/);

  const token = page.getByLabel("Sent with each call");
  await expect(token, "not for those who look over one's shoulder").toHaveAttribute("type", "password");
  await token.fill(access);
  const answered = page.waitForRequest(`${server.url}/api/me`);
  await button(me, "Send").click();
  expect((await answered).headers().authorization).toBe(`Bearer ${access}`);
  await expect(me.locator("output")).toContainText(`"username": "${DORA.username}"`);

  await expect(page).toHaveURL("/api/docs");
  for (const secret of [access, refresh, PASSWORD]) {
    expect(asked.join("\n"), "in no address").not.toContain(secret);
    expect(await kept(page)).not.toContain(secret);
    expect(JSON.stringify(await page.context().storageState({ indexedDB: true }))).not.toContain(secret);
  }
  await page.reload();
  await expect(token).toHaveValue("");
  await expect(page.locator("output").filter({ hasText: access })).toHaveCount(0);
});

test("without script, the page of the API is read, and opens what can be opened", { tag: "@once" }, async ({ open }) => {
  const page = await open({ javaScriptEnabled: false });
  await page.goto("/api/docs");
  await expect(page.getByLabel("Sent with each call")).toBeHidden();
  const signIn = await openCall(page, "POST", "/api/auth/token/");
  await expect(signIn).toContainText("curl -X POST");
  await expect(button(signIn, "Send")).toBeHidden();
  const ping = await openCall(page, "GET", "/api/ping");
  await button(ping, "Send").click();
  await expect(page).toHaveURL("/api/ping?");
  await expect(page.locator("body")).toContainText('"pong":true');
});
