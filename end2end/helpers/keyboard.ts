// Going about with the keyboard alone, and what must be so wherever the focus stands.
import { expect, type Locator, type Page } from "@playwright/test";

/** No page has more stops than this between two things that somebody does. */
const MOST_STOPS = 400;

/** Whether the focus can be told where it is: on the screen, not covered, and drawn. */
export async function expectSeen(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return { what: "nothing", seen: true, ring: true, size: true };
    const box = element.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2);
    const style = getComputedStyle(element);
    // A link in a sentence is as high as its line; so may a text be that is only read.
    const isInline = style.display === "inline";
    return {
      what: element.outerHTML.slice(0, 160),
      seen: element.id === "content" || (top !== null && (element.contains(top) || top.contains(element))),
      ring: element.id === "content" || (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2),
      size: isInline || (box.width >= 24 && box.height >= 24),
    };
  });
  expect.soft(found.seen, `not to be seen: ${found.what}`).toBe(true);
  expect.soft(found.ring, `without a ring: ${found.what}`).toBe(true);
  expect.soft(found.size, `too small: ${found.what}`).toBe(true);
}

/** Goes on with the tabulator until the focus is there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await target.first().evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
    await expectSeen(page);
  }
  throw new Error(`the keyboard does not get to ${target}`);
}

/** Goes there and presses it. */
export async function press(page: Page, target: Locator, key: "Enter" | "Space" = "Enter"): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** The same where the next page follows. */
export async function pressOn(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
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

/** Opens a question, and says yes to it. */
export async function answerYes(page: Page, asks: Locator): Promise<void> {
  await press(page, asks);
  const question = page.getByRole("dialog");
  await expect(question).toBeVisible();
  // The way out comes first.
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  await pressOn(page, question.locator("button[type=submit]"));
}
