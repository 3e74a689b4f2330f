// What holds on every page: nothing sticks out of a phone's screen, the policy is strict, the way in needs no mouse.
import type { Page } from "@playwright/test";
import { button, field, heading, notice, signIn } from "../helpers/actions.ts";
import { ADMIN, AUDITOR, PASSWORD } from "../helpers/people.ts";
import { run } from "../helpers/program.ts";
import { ACCOUNT, connectOne, INSIDE, MENU, OUTSIDE, REFUSED, refusals, signOthersIn, type Stop, tour } from "../helpers/tour.ts";
import { expect, test } from "../helpers/with-obliging-provider.ts";

const PHONE = { width: 390, height: 844 };
const LONG_NAME = "a-name-of-sixty-four-characters-which-is-the-longest-that-is-ok-";

async function fits(page: Page, stop: Stop): Promise<void> {
  const sizes = await page.evaluate(() => {
    const sticksOut = [...document.querySelectorAll("main *, header *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
      .map((element) => element.outerHTML.slice(0, 120));
    return { page: document.scrollingElement?.scrollWidth ?? 0, screen: innerWidth, sticksOut };
  });
  expect(sizes.page, `${stop.name}: ${sizes.sticksOut.join("\n")}`).toBeLessThanOrEqual(sizes.screen);
}

// Many pages in one journey.
test.slow();

test("nothing sticks out of a phone's screen", async ({ open, obliging, server, watch }) => {
  watch.expectStatus(...refusals(...OUTSIDE, ...INSIDE, REFUSED));
  // The longest name there can be, on every list.
  await run(server.folder, ["user", "create", LONG_NAME, "--email", `${LONG_NAME}@a-long-domain.example.org`], `${PASSWORD}\n`);
  await signOthersIn(open);
  const long = await open({ viewport: PHONE });
  await long.goto("/login");
  await tour(long, OUTSIDE, (stop) => fits(long, stop));
  await signIn(long, { username: LONG_NAME, email: "", role: "user" });
  await tour(long, [REFUSED, ...ACCOUNT.slice(0, 2)], (stop) => fits(long, stop));

  const page = await open({ viewport: PHONE });
  await signIn(page, ADMIN);
  await connectOne(page, obliging);
  await tour(page, [...INSIDE, MENU], (stop) => fits(page, stop));
  await page.goto(`/admin/users?search=${LONG_NAME.slice(0, 20)}`);
  await page.getByRole("table").getByRole("link").click();
  await expect(heading(page, LONG_NAME)).toBeVisible();
  await fits(page, { name: "a user with a long name", go: async () => undefined });
});

test("the whole way in and out goes by keyboard", async ({ page, open }) => {
  const { keyboard } = page;
  await signIn(await open(), AUDITOR);
  await page.goto("/login");
  // Typing can begin at once.
  await expect(field(page, "Username or e-mail address")).toBeFocused();
  await keyboard.type(AUDITOR.username);
  await keyboard.press("Tab");
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await expect(heading(page, "Account")).toBeVisible();

  await test.step("the first stop leads past the navigation", async () => {
    await keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
    await keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "See sessions" })).toBeFocused();
    await keyboard.press("Enter");
    await expect(heading(page, "Sessions")).toBeVisible();
  });

  await test.step("a question takes the focus, gives it back, and takes yes for an answer", async () => {
    const asks = button(page, "End all other sessions");
    const question = page.getByRole("dialog");
    await asks.focus();
    await keyboard.press("Enter");
    await expect(button(question, "Cancel")).toBeFocused();
    await keyboard.press("Enter");
    await expect(question).toBeHidden();
    await expect(asks).toBeFocused();
    await keyboard.press("Enter");
    await expect(button(question, "Cancel")).toBeFocused();
    await keyboard.press("Tab");
    await expect(button(question, "End all other sessions")).toBeFocused();
    await keyboard.press("Enter");
    await expect(notice(page)).toHaveText("The sessions are ended.");
  });

  await button(page.getByRole("banner"), "Sign out").focus();
  await keyboard.press("Enter");
  await expect(heading(page, "Sign in")).toBeVisible();
});

test("every page has a strict policy and is kept by nobody", async ({ open, obliging, server, watch }) => {
  watch.expectStatus(...refusals(...OUTSIDE, ...INSIDE));
  await signOthersIn(open);
  const page = await open();
  const documents: Array<{ what: string; headers: Promise<Record<string, string>> }> = [];
  page.on("response", (response) => {
    if (response.request().resourceType() !== "document" || response.status() === 303) return;
    if (!response.url().startsWith(server.url)) return;
    documents.push({ what: response.url(), headers: response.allHeaders() });
  });
  await tour(page, OUTSIDE, async () => undefined);
  await signIn(page, ADMIN);
  await connectOne(page, obliging);
  await tour(page, INSIDE, async () => undefined);

  expect(documents.length).toBeGreaterThan(OUTSIDE.length + INSIDE.length);
  for (const { what, headers } of documents) {
    const all = await headers;
    const policy = all["content-security-policy"] ?? "";
    expect(policy, what).toContain("default-src 'none'");
    expect(policy, what).toContain("frame-ancestors 'none'");
    expect(policy, what).toContain("base-uri 'none'");
    expect(policy, what).not.toContain("unsafe-inline");
    // WebAssembly needs a word of its own; that one opens nothing else.
    expect(policy.replace("'wasm-unsafe-eval'", ""), what).not.toContain("unsafe-eval");
    expect(policy, what).toContain("form-action 'self';");
    expect(policy, what).not.toMatch(/[\s;]\*|https?:/);
    expect(all["cache-control"], what).toBe("no-store");
    expect(all["x-content-type-options"], what).toBe("nosniff");
    expect(all["x-frame-options"], what).toBe("DENY");
    expect(all["referrer-policy"], what).toBe("same-origin");
    expect(all["cross-origin-opener-policy"], what).toBe("same-origin");
  }
});
