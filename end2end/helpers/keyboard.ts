// Going about with the keyboard alone, and what must be so wherever the focus stands.
import { type ElementHandle, expect, type Locator, type Page } from "@playwright/test";

/** No page has more stops than this between two things that somebody does. */
const MOST_STOPS = 400;

/** What holds of the element that has the focus; `wanted` is the one that somebody makes for. */
async function look(page: Page, wanted: ElementHandle<Element>) {
  return page.evaluate((wanted) => {
    const element = document.activeElement;
    const standing = { isThere: element === wanted, isGone: !wanted.isConnected };
    if (!element || element === document.body) return { ...standing, what: "nothing", seen: true, ring: true, size: true };
    const box = element.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2);
    const style = getComputedStyle(element);
    // A link in a sentence is as high as its line; so may a text be that is only read.
    const isInline = style.display === "inline";
    // The button in a field for days is the browser's own, and so is its ring.
    const isInside = !element.matches(":focus");
    return {
      ...standing,
      what: element.outerHTML.slice(0, 160),
      seen: element.id === "content" || (top !== null && (element.contains(top) || top.contains(element))),
      ring: element.id === "content" || isInside || (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2),
      size: isInline || (box.width >= 24 && box.height >= 24),
    };
  }, wanted);
}

/**
 * Goes on with the tabulator until the focus is there. At every stop, that one too, the focus can be told where it is:
 * on the screen, not covered, and drawn.
 */
export async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  let wanted = await handle(target);
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    const found = await look(page, wanted);
    expect.soft(found.seen, `not to be seen: ${found.what}`).toBe(true);
    expect.soft(found.ring, `without a ring: ${found.what}`).toBe(true);
    expect.soft(found.size, `too small: ${found.what}`).toBe(true);
    if (found.isThere) return;
    if (found.isGone) wanted = await handle(target);
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard does not get to ${target}`);
}

async function handle(target: Locator): Promise<ElementHandle<Element>> {
  return (await target.first().elementHandle({ timeout: 15_000 })) as ElementHandle<Element>;
}

/** Goes past what stands on every page, to what stands on this one. */
export async function skip(page: Page): Promise<void> {
  await press(page, page.getByRole("link", { name: "Skip to content" }));
  await expect(page.getByRole("main")).toBeFocused();
}

/** Goes there and presses it. */
export async function press(page: Page, target: Locator, key: "Enter" | "Space" = "Enter"): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** The same where the next page follows. */
export async function pressOn(page: Page, target: Locator, direction: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await tabTo(page, target, direction);
  const next = page.waitForEvent("domcontentloaded");
  await page.keyboard.press("Enter");
  await next;
}

/** Goes into a field and types in place of what stands there. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

/** Goes to a choice and types the beginning of one of its texts. */
export async function choose(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.type(text);
}

/** Opens a question, and says yes to it. */
export async function answerYes(page: Page, asks: Locator): Promise<void> {
  await press(page, asks);
  const question = page.getByRole("dialog");
  await expect(question).toBeVisible();
  // The way out comes first.
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  await pressOn(page, question.locator("button[type=submit]"));
}
