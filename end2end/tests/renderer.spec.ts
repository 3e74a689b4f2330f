// Pages that an application's own server renders: many calls at once with one expired cookie, and nobody is signed out.
import type { Page } from "@playwright/test";
import { button, heading, signIn } from "../helpers/actions.ts";
import { type BentClock, bentClock } from "../helpers/clock.ts";
import { expect, test as base } from "../helpers/fixtures.ts";
import { ADMIN, EMIL, PASSWORD } from "../helpers/people.ts";
import { CALLS, Renderer } from "../helpers/renderer.ts";

type Family = {
  family: { generation: number; ended: object | null; transport: string };
  rotations: { items: Array<{ generation: number; outcome: string; retries: number }> };
  incidents: object[];
};

const test = base.extend<BentClock & { renderer: Renderer }>({
  ...bentClock,
  renderer: async ({}, use) => {
    const renderer = await Renderer.start();
    await use(renderer);
    await renderer.stop();
  },
  settings: async ({ renderer }, use) => use(renderer.settings),
  server: async ({ server, renderer }, use) => {
    renderer.worksWith(server.url);
    await use(server);
  },
  watch: async ({ watch, renderer }, use) => {
    watch.trust(renderer.url);
    await use(watch);
  },
});

const hello = (page: Page) => heading(page, `Hello, ${EMIL.username}`);

/** Signs in on the application's own page, in cookies. */
async function enter(page: Page, renderer: Renderer): Promise<void> {
  await page.goto(`${renderer.url}/sign-in`);
  await page.getByLabel("Username").fill(EMIL.username);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await expect(hello(page)).toBeVisible();
}

/** The one family of the user, as the console knows it. */
async function familyOf(admin: Page): Promise<Family> {
  const list = await admin.request.get(`/api/admin/families?user=${EMIL.username}`);
  const { items } = (await list.json()) as { items: Array<{ id: string }> };
  expect(items, "one sign-in, whatever was refreshed").toHaveLength(1);
  return (await admin.request.get(`/api/admin/families/${items[0]?.id}`)).json();
}

async function expectNoIncident(admin: Page): Promise<void> {
  await admin.goto("/admin/threats");
  await expect(heading(admin, "Threats")).toBeVisible();
  await expect(admin.getByRole("main").locator("a[href^='/admin/threats/']")).toHaveCount(0);
}

const all = (status: number): number[] => Array(CALLS).fill(status);

for (const [whose, name] of [
  ["the browser's name", undefined],
  ["its own name", "node"],
] as const) {
  test(`a page rendered under ${whose} with an expired cookie ends with one successor and nobody signed out`, { tag: "@script" }, async ({ page, open, renderer, later }) => {
    renderer.name = name;
    await enter(page, renderer);
    expect(renderer.pages).toEqual([{ first: all(200), refreshes: [], successors: [] }]);

    for (const generation of [1, 2]) {
      await test.step(`the access cookie runs out, time ${generation}`, async () => {
        await later(`${generation * 16}m`);
        await page.goto(renderer.url);
        await expect(hello(page)).toBeVisible();
        const rendered = renderer.pages.at(-1);
        expect(rendered).toMatchObject({ first: all(401), refreshes: all(200) });
        expect(new Set(rendered?.successors).size, "one successor").toBe(1);

        await page.reload();
        await expect(hello(page)).toBeVisible();
        expect(renderer.pages.at(-1)).toEqual({ first: all(200), refreshes: [], successors: [] });

        const admin = await open();
        await signIn(admin, ADMIN);
        const { family, rotations, incidents } = await familyOf(admin);
        expect(family).toMatchObject({ generation, ended: null, transport: "cookie" });
        expect(rotations.items[0]).toMatchObject({ generation, outcome: "rotated", retries: CALLS - 1 });
        expect(incidents).toEqual([]);
        await expectNoIncident(admin);
      });
    }
  });
}

test("a rendered page that is lost on the way is asked for again, and nothing more rotates", { tag: "@script" }, async ({ page, open, renderer, later, watch }) => {
  watch.expectFailure(/ERR_EMPTY_RESPONSE/);
  await enter(page, renderer);
  await later("16m");
  renderer.losesAnswers = true;
  await expect(page.goto(renderer.url)).rejects.toThrow(/ERR_EMPTY_RESPONSE/);
  const lost = renderer.pages.at(-1);
  expect(lost).toMatchObject({ first: all(401), refreshes: all(200) });

  // The browser still has the cookies that were used; what came of them was seen in use already.
  renderer.losesAnswers = false;
  // Chromium is on its way to a page that says what was wrong; a visit before it is there would be given up.
  await page.waitForURL(/^chrome-error:/);
  await page.goto(renderer.url);
  await expect(hello(page)).toBeVisible();
  const made = renderer.pages.at(-1);
  expect(made).toMatchObject({ first: all(401), refreshes: all(200) });
  expect(new Set([...(lost?.successors ?? []), ...(made?.successors ?? [])]).size, "one successor").toBe(1);

  const admin = await open();
  await signIn(admin, ADMIN);
  const { family, incidents } = await familyOf(admin);
  expect(family).toMatchObject({ generation: 1, ended: null });
  expect(incidents).toEqual([]);
  await expectNoIncident(admin);
});
