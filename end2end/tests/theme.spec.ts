// The look that a browser chooses: at once, on every page, and for as long as it is kept.
import type { Page } from "@playwright/test";
import { button, heading, send, signIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN } from "../helpers/people.ts";

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const scheme = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);

async function grounds(page: Page): Promise<[string, string]> {
  await page.emulateMedia({ colorScheme: "light" });
  const light = await ground(page);
  await page.emulateMedia({ colorScheme: "dark" });
  return [light, await ground(page)];
}

test("a theme that is chosen holds against the system's, signed in and not", async ({ page }) => {
  await page.goto("/login?next=%2Faccount%2Fsessions");
  const [light, dark] = await grounds(page);
  expect(light).not.toBe(dark);

  await send(page, button(page, "Dark theme"));
  await expect(page).toHaveURL("/login?next=%2Faccount%2Fsessions");
  expect(await grounds(page)).toEqual([dark, dark]);
  expect(await scheme(page)).toBe("dark");
  await expect(button(page, "Dark theme")).toHaveAttribute("aria-pressed", "true");

  await signIn(page, ADMIN);
  expect(await grounds(page)).toEqual([dark, dark]);
  await page.goto("/admin/users?search=dora");
  await send(page, button(page, "Light theme"));
  await expect(page).toHaveURL("/admin/users?search=dora");
  expect(await grounds(page)).toEqual([light, light]);
  await expect(page.locator("meta[name=theme-color]")).toHaveCount(1);

  await send(page, button(page, "System theme"));
  expect(await grounds(page)).toEqual([light, dark]);
  expect(await page.context().cookies()).not.toContainEqual(expect.objectContaining({ name: "latchkey-theme" }));
});

test("a page that does not exist keeps the theme and where it was", async ({ page, watch }) => {
  watch.expectStatus(404);
  await page.goto("/no/such/page");
  const [, dark] = await grounds(page);
  await send(page, button(page, "Dark theme"));
  await expect(page).toHaveURL("/no/such/page");
  await expect(heading(page, "There is nothing here")).toBeVisible();
  expect(await grounds(page)).toEqual([dark, dark]);
});
