// What moves in the browser, and where nothing does.
import type { Page } from "@playwright/test";
import { button, confirm, field, heading, send, signIn, trySignIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, DORA, PASSWORD } from "../helpers/people.ts";
import { OUTSIDE, refusals, tour } from "../helpers/tour.ts";
import { test as withProvider } from "../helpers/with-obliging-provider.ts";

const LIVE = "Live: updated every 10 seconds";

const tally = (page: Page, name: string) => page.getByRole("link", { name: new RegExp(`^${name}`) });

test("times are told in the viewer's zone and language", { tag: "@script" }, async ({ open }) => {
  const page = await open({ timezoneId: "Asia/Tokyo", locale: "de-DE" });
  await signIn(page, DORA);
  // As the server words it, for everybody.
  await page.goto("/account");
  const day = page.locator("time").first();
  await expect(day).toHaveAttribute("title", /UTC$/);

  await page.goto("/account/sessions");
  const time = page.getByRole("table").locator("time").first();
  await expect(time).toHaveText("just now");
  await expect(time).toHaveAttribute("title", /GMT\+9$/);
  const machine = (await time.getAttribute("datetime")) ?? "";
  const told = new Intl.DateTimeFormat("de-DE", { dateStyle: "long", timeStyle: "long", timeZone: "Asia/Tokyo" });
  await expect(time).toHaveAttribute("title", told.format(new Date(machine)));
});

test("without the island, times are told in UTC", async ({ open }) => {
  const page = await open({ timezoneId: "Asia/Tokyo", javaScriptEnabled: false });
  await signIn(page, DORA);
  await page.goto("/account/sessions");
  const time = page.getByRole("table").locator("time").first();
  await expect(time).toHaveText("just now");
  await expect(time).toHaveAttribute("title", / UTC$/);
});

test("the console's numbers follow what happens elsewhere", { tag: "@script" }, async ({ open, watch, server }) => {
  const page = await open();
  // The page's timers are in our hands: ten seconds pass when we say so.
  await page.clock.install();
  await signIn(page, ADMIN);
  await page.goto("/admin");
  await expect(page.getByText(LIVE)).toBeVisible();
  await expect(tally(page, "Live sessions")).toContainText("1");
  let loads = 0;
  page.on("load", () => loads++);

  await test.step("a sign-in", async () => {
    await signIn(await open(), DORA);
    await page.clock.runFor(10_000);
    await expect(tally(page, "Live sessions")).toContainText("2");
    await expect(tally(page, "Sign-ins")).toContainText("2");
    expect(loads, "without loading the page again").toBe(0);
  });

  await test.step("the server out of reach, and back", async () => {
    watch.expectFailure(/ERR_CONNECTION_REFUSED.*\/api\/admin\/overview/);
    await server.stop();
    await page.clock.runFor(10_000);
    const state = page.getByRole("status").filter({ hasText: "the server cannot be reached" });
    await expect(state).toHaveText(/^Not up to date since .*\d\d:\d\d.*: the server cannot be reached\. Trying again every 10 seconds\.$/);
    await server.start();
    await page.clock.runFor(10_000);
    await expect(page.getByText(LIVE)).toBeVisible();
  });

  await test.step("the viewer signed out", async () => {
    watch.expectStatus(401);
    const elsewhere = await open();
    await signIn(elsewhere, ADMIN);
    await elsewhere.goto("/account/sessions");
    await confirm(elsewhere, "End all other sessions");
    await expect(elsewhere.getByText("You are signed in with this browser only.")).toBeVisible();
    await page.clock.runFor(10_000);
    await expect(page.getByText("Updates have stopped")).toBeVisible();
  });
});

/** Counts what a page loads that could run. */
function countScripts(page: Page): () => string[] {
  const loaded: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (request.resourceType() === "script" || /\.(m?js|wasm)$/.test(pathname)) loaded.push(pathname);
  });
  return () => loaded;
}

withProvider("pages before sign-in, and error pages, load no script at all", { tag: "@script" }, async ({ page, watch }) => {
  watch.expectStatus(...refusals(...OUTSIDE));
  const loaded = countScripts(page);
  await tour(page, OUTSIDE, async () => {
    await expect(page.locator("script")).toHaveCount(0);
    await expect(page.locator('link[rel="modulepreload"], link[rel="preload"]')).toHaveCount(0);
  });
  expect(loaded()).toEqual([]);
});

test.describe("on a new server", () => {
  test.use({ people: "nobody" });

  test("neither does set-up", { tag: "@script" }, async ({ page, server }) => {
    const loaded = countScripts(page);
    const link = /http:\/\/\S+\/setup\?code=\S+/.exec(server.printed.join("\n"))?.[0] ?? "";
    await page.goto(link);
    await expect(heading(page, "Make the first administrator")).toBeVisible();
    await expect(page.locator("script")).toHaveCount(0);
    expect(loaded()).toEqual([]);
  });
});

test("the sign-in page costs less than 30 kB in all", { tag: "@script" }, async ({ page }) => {
  const sizes: Array<Promise<number>> = [];
  page.on("requestfinished", (request) => {
    sizes.push(request.sizes().then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize));
  });
  await page.goto("/login", { waitUntil: "networkidle" });
  const all = await Promise.all(sizes);
  // The document and its stylesheet, at least.
  expect(all.length).toBeGreaterThanOrEqual(2);
  expect(all.reduce((sum, size) => sum + size, 0)).toBeLessThan(30_000);
});

test("forms of a page with islands work while nothing of it has loaded", { tag: "@script" }, async ({ page }) => {
  // A slow line: the script never comes.
  await page.route(/\.(js|wasm)\b/, () => undefined);
  await signIn(page, DORA);
  await page.goto("/account/sessions", { waitUntil: "commit" });
  await send(page, button(page.getByRole("main"), "Sign out"));
  await expect(heading(page, "Sign in")).toBeVisible();
  await trySignIn(page, DORA.username, PASSWORD);
  await expect(page).toHaveURL("/account");
  await expect(field(page, "Password")).toHaveCount(0);
});
