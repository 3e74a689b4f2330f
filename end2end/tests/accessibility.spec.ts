// No page shuts people out, in light and in dark, on a desk and on a phone, as far as a program can tell.
import { AxeBuilder } from "@axe-core/playwright";
import type { BrowserContextOptions, Page } from "@playwright/test";
import { button, send, signIn } from "../helpers/actions.ts";
import { ADMIN, DORA } from "../helpers/people.ts";
import {
  ACCOUNT,
  API,
  CONSOLE,
  connectOne,
  FRESH,
  INSIDE,
  MENU,
  OUTSIDE,
  REFUSED,
  refusals,
  signOthersIn,
  type Stop,
  tour,
} from "../helpers/tour.ts";
import { expect, test } from "../helpers/with-obliging-provider.ts";

const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

// Colours that are still moving have no contrast to measure.
const STILL: BrowserContextOptions = { reducedMotion: "reduce" };
const PHONE: BrowserContextOptions = { ...STILL, viewport: { width: 390, height: 844 } };

type Scheme = "light" | "dark";
const BOTH: readonly Scheme[] = ["light", "dark"];

async function examine(page: Page, stop: Stop, schemes = BOTH, without: string[] = []): Promise<void> {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    // Legacy: the page has no frames, so no further one need be opened for each look.
    const { violations } = await new AxeBuilder({ page })
      .withTags(STANDARD)
      .disableRules(without)
      .setLegacyMode(true)
      .analyze();
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")} ${failureSummary ?? ""}`),
    );
    // All pages are looked at before the first fault ends the journey.
    expect.soft(found, `${stop.name}, ${colorScheme}`).toEqual([]);
  }
}

const look = (page: Page, stops: readonly Stop[], schemes = BOTH): Promise<void> =>
  tour(page, stops, (stop) => examine(page, stop, schemes));

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
    ["console", [...CONSOLE, API, ...more]],
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

for (const [theme, colorScheme] of [
  ["Dark theme", "light"],
  ["Light theme", "dark"],
] as const) {
  test(`the ${theme.toLowerCase()} shuts nobody out where the system's is ${colorScheme}`, { tag: "@script" }, async ({ open, watch }) => {
    watch.expectStatus(...refusals(...OUTSIDE, ...CONSOLE));
    await signOthersIn(open);
    const page = await open(STILL);
    await page.goto("/login");
    await send(page, button(page, theme));
    // Where the system's is the same, the look is the one that was looked at without a choice.
    await look(page, OUTSIDE, [colorScheme]);
    await signIn(page, ADMIN);
    await look(page, CONSOLE, [colorScheme]);
  });
}

test("with the system's own colours nothing is lost that tells things apart", { tag: "@script" }, async ({ open, watch }) => {
  watch.expectStatus(...refusals(...CONSOLE));
  await signOthersIn(open);
  const page = await open({ ...STILL, forcedColors: "active" });
  await signIn(page, ADMIN);
  await page.goto("/admin/users");
  // What is chosen or current is told by more than a ground.
  const lines = await page.evaluate(() => {
    const of = (selector: string, pseudo?: string) => {
      const element = document.querySelector(selector);
      if (!element) throw new Error(`no ${selector}`);
      const { borderTopColor, borderTopStyle, backgroundColor } = getComputedStyle(element, pseudo);
      return { borderTopColor, borderTopStyle, backgroundColor };
    };
    return {
      pressed: of(".theme-choice[aria-pressed=true]").borderTopColor,
      others: of(".theme-choice[aria-pressed=false]").borderTopColor,
      badge: of(".badge").borderTopStyle,
      current: of(".tab[aria-current]", "::after").backgroundColor,
      page: getComputedStyle(document.body).backgroundColor,
    };
  });
  expect(lines.pressed).not.toBe(lines.others);
  expect(lines.current).not.toBe(lines.page);
  expect(lines.badge).toBe("solid");
  // The colours are the system's, whatever the scheme, and axe reckons with ours.
  await tour(page, CONSOLE, (stop) => examine(page, stop, ["light"], ["color-contrast"]));
});

test("at four times the size everything is in one column and in reach", { tag: "@script" }, async ({ open, obliging, watch }) => {
  watch.expectStatus(...refusals(...OUTSIDE, ...INSIDE));
  await signOthersIn(open);
  // What 1280 by 1024 leaves at 400 %.
  const page = await open({ viewport: { width: 320, height: 256 } });
  const fits = async (stop: Stop) => {
    const over = await page.evaluate(() => {
      const sticksOut = [...document.querySelectorAll("main *, header *, footer *")]
        // What scrolls by itself keeps what is in it: a picture, a block of code.
        .filter((element) => !element.closest("pre, [tabindex='0'], svg, .sr-only, thead"))
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
        .map((element) => element.outerHTML.slice(0, 120));
      return { by: (document.scrollingElement?.scrollWidth ?? 0) - innerWidth, sticksOut };
    });
    expect.soft(over.by, `${stop.name}: ${over.sticksOut.join("\n")}`).toBeLessThanOrEqual(0);
  };
  await tour(page, OUTSIDE, fits);
  await signIn(page, ADMIN);
  await connectOne(page, obliging);
  await tour(page, INSIDE, fits);
});

test("every page says what it is, once, and in order", { tag: "@script" }, async ({ open, obliging, watch }) => {
  watch.expectStatus(...refusals(...OUTSIDE, ...INSIDE));
  await signOthersIn(open);
  const page = await open();
  const titles = new Map<string, string>();
  const outline = async (stop: Stop) => {
    const found = await page.evaluate(() => {
      const isSeen = (element: Element) => element.checkVisibility();
      const levels = [...document.querySelectorAll("h1, h2, h3, h4")].filter(isSeen).map(({ tagName }) => Number(tagName[1]));
      return {
        title: document.title,
        path: location.pathname,
        mains: document.querySelectorAll("main").length,
        levels,
        bareTables: [...document.querySelectorAll("table")].filter((table) => !table.caption || !table.querySelector("th[scope]")).length,
        unnamed: [...document.querySelectorAll("nav:not([aria-label], [aria-labelledby]), dialog:not([aria-label], [aria-labelledby])")].length,
        small: [...document.querySelectorAll("button, a.btn, input:not([type=hidden]), select")]
          .filter(isSeen)
          .filter((element) => {
            const { width, height } = element.getBoundingClientRect();
            return width < 24 || height < 24;
          })
          .map((element) => element.outerHTML.slice(0, 120)),
        loud: document.querySelectorAll("[role=alert], [role=status], [aria-live]").length,
      };
    });
    expect.soft(found.title, stop.name).toMatch(/^.+ · Latchkey$/);
    expect.soft(found.mains, stop.name).toBe(1);
    expect.soft(found.levels.filter((level) => level === 1).length, `${stop.name}: one main heading`).toBe(1);
    found.levels.forEach((level, at) => {
      if (at) expect.soft(level, `${stop.name}: ${found.levels}`).toBeLessThanOrEqual((found.levels[at - 1] ?? 0) + 1);
    });
    expect.soft(found.bareTables, `${stop.name}: tables without a caption or heads`).toBe(0);
    expect.soft(found.unnamed, `${stop.name}: landmarks without a name`).toBe(0);
    expect.soft(found.small, `${stop.name}: smaller than a finger or a tremor hits`).toEqual([]);
    const other = titles.get(found.title);
    // Errors are called by what happened, wherever that is.
    if (other && other !== found.path && !stop.status) expect.soft([other, found.path], found.title).toEqual([other, other]);
    titles.set(found.title, found.path);
  };
  await tour(page, OUTSIDE, outline);
  await signIn(page, ADMIN);
  await connectOne(page, obliging);
  await tour(page, INSIDE, outline);
});

test("nothing moves for those who asked for that", { tag: "@script" }, async ({ open }) => {
  const page = await open(STILL);
  await signIn(page, ADMIN);
  await page.goto("/admin");
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")]
      .map((element) => getComputedStyle(element))
      .filter(({ transitionDuration, animationDuration }) => [transitionDuration, animationDuration].some((time) => !/^0s(, 0s)*$/.test(time)))
      .length,
  );
  expect(moving).toBe(0);
});

test.describe("on a new server", () => {
  test.use({ people: "nobody", settings: {} });

  test("set-up shuts nobody out", { tag: "@script" }, async ({ open, server, watch }) => {
    watch.expectStatus(403);
    const link = /http:\/\/\S+\/setup\?code=\S+/.exec(server.printed.join("\n"))?.[0] ?? "";
    await look(await open(STILL), FRESH(link));
  });
});
