// No page shuts people out, in light and in dark, on a desk and on a phone, as far as a program can tell.
import { AxeBuilder } from "@axe-core/playwright";
import type { BrowserContextOptions, Page } from "@playwright/test";
import { signIn } from "../helpers/actions.ts";
import { ADMIN, DORA } from "../helpers/people.ts";
import { ACCOUNT, CONSOLE, connectOne, FRESH, MENU, OUTSIDE, REFUSED, refusals, signOthersIn, type Stop, tour } from "../helpers/tour.ts";
import { expect, test } from "../helpers/with-obliging-provider.ts";

const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

// Colours that are still moving have no contrast to measure.
const STILL: BrowserContextOptions = { reducedMotion: "reduce" };
const PHONE: BrowserContextOptions = { ...STILL, viewport: { width: 390, height: 844 } };

async function examine(page: Page, stop: Stop): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // Legacy: the page has no frames, so no further one need be opened for each look.
    const { violations } = await new AxeBuilder({ page }).withTags(STANDARD).setLegacyMode(true).analyze();
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")} ${failureSummary ?? ""}`),
    );
    // All pages are looked at before the first fault ends the journey.
    expect.soft(found, `${stop.name}, ${colorScheme}`).toEqual([]);
  }
}

const look = (page: Page, stops: readonly Stop[]): Promise<void> => tour(page, stops, (stop) => examine(page, stop));

// Many pages in one journey: each limit is for one.
test.slow();

test("pages before sign-in shut nobody out", { tag: "@script" }, async ({ open, watch }) => {
  watch.expectStatus(...refusals(...OUTSIDE));
  await look(await open(STILL), OUTSIDE);
});

for (const [screen, options, more] of [
  ["a desk", STILL, []],
  ["a phone", PHONE, [MENU]],
] as const) {
  for (const [part, stops] of [
    ["account", ACCOUNT],
    ["console", [...CONSOLE, ...more]],
  ] as const) {
    test(`the ${part} on ${screen} shuts nobody out`, { tag: "@script" }, async ({ open, obliging, watch }) => {
      watch.expectStatus(...refusals(...stops));
      await signOthersIn(open);
      const page = await open(options);
      await signIn(page, ADMIN);
      await connectOne(page, obliging);
      await look(page, stops);
    });
  }
}

test("a refusal shuts nobody out of reading why", { tag: "@script" }, async ({ open, watch }) => {
  watch.expectStatus(403);
  const page = await open(STILL);
  await signIn(page, DORA);
  await look(page, [REFUSED]);
});

test.describe("on a new server", () => {
  test.use({ people: "nobody", settings: {} });

  test("set-up shuts nobody out", { tag: "@script" }, async ({ open, server, watch }) => {
    watch.expectStatus(403);
    const link = /http:\/\/\S+\/setup\?code=\S+/.exec(server.printed.join("\n"))?.[0] ?? "";
    await look(await open(STILL), FRESH(link));
  });
});
