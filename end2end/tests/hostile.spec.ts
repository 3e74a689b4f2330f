// What strangers write about themselves stands on our pages as text, does nothing, and turns nothing around it.
import type { Page } from "@playwright/test";
import { button, signIn, trySignIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, DORA, PASSWORD } from "../helpers/people.ts";
import { run } from "../helpers/program.ts";
import { CONSOLE, refusals, type Stop } from "../helpers/tour.ts";

const MARK = "window.ran=(window.ran||0)+1";

/** Each is to stand somewhere as it is, or with what cannot be seen spelled out. */
const HOSTILE = [
  `<script>${MARK}</script>`,
  `<img src=x onerror="${MARK}">`,
  `"><svg onload=${MARK}>`,
  `' autofocus onfocus='${MARK}`,
  `</title></textarea></style><script>${MARK}</script>`,
  `javascript:${MARK}`,
  `{{constructor.constructor('${MARK}')()}} \${${MARK}}`,
  "a\u202Eb\u2066c admin", // turns what follows
  "ad\u200Bmin\uFEFF", // looks like another name
  "שלום עולם", // written from the right
  "👩‍👩‍👧 🏳️‍🌈 ☠️",
  "&lt;b&gt; &amp; %3Cscript%3E",
];

/** An address by the letter, which would be an attribute if it were not kept as text. */
const ADDRESS = "'/autofocus/onfocus={window.ran=1}/'@example.org";

/** Only a form can carry some of these; a header cannot. */
const TYPED = [ADDRESS, ...HOSTILE, "two\r\nlines", "\u001B[31mred\u001B]0;title\u0007", "nul\u0000nul", "tab\there", "\u009B31m"];

/** The bytes of a text as a header carries them. */
const inHeader = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** What must stand raw in no text and no attribute: it steers terminals, lines, and the direction of writing. */
const STEERS = "[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060\\uFEFF]";

async function examine(page: Page, where: string): Promise<void> {
  const found = await page.evaluate((steers) => {
    const bad = new RegExp(steers, "u");
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (bad.test(walker.currentNode.nodeValue ?? "")) texts.push(walker.currentNode.nodeValue ?? "");
    const risky: string[] = [];
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        if (bad.test(value)) texts.push(`${name}=${value}`);
        if (name.startsWith("on") || name === "style" || name === "srcdoc") risky.push(`${element.tagName} ${name}=${value}`);
        if (/^\s*(javascript|data|vbscript):/i.test(value)) {
          if (["href", "src", "action", "formaction"].includes(name)) risky.push(`${name}=${value}`);
        }
      }
    }
    const ours = document.querySelectorAll("main script, main iframe, main object, main embed, main img").length;
    return { texts, risky, ours, ran: (window as { ran?: number }).ran ?? 0 };
  }, STEERS);
  expect.soft(found, where).toEqual({ texts: [], risky: [], ours: 0, ran: 0 });
  // What is written from the right stands apart from its neighbours.
  for (const word of await page.getByText("שלום", { exact: false }).all()) {
    const kept = await word.evaluate((element) => {
      const { unicodeBidi, display } = getComputedStyle(element);
      return unicodeBidi.startsWith("isolate") || unicodeBidi === "plaintext" || display !== "inline";
    });
    expect.soft(kept, `${where}: ${await word.evaluate((element) => element.outerHTML.slice(0, 200))}`).toBe(true);
  }
}

// Many sign-ins, many pages.
test.slow();
test.use({ settings: { rate_limit: "off" } });

test("what strangers write about themselves is text", { tag: "@script" }, async ({ open, server, watch }) => {
  watch.expectStatus(401, ...refusals(...CONSOLE));
  await run(server.folder, ["user", "create", "שלום", "--email", "shalom@example.org"], `${PASSWORD}\n`);

  await test.step("they sign in, by form and by call", async () => {
    const { request } = await open();
    for (const text of [...HOSTILE, `curl/${"9".repeat(8_000)}`, `${"x".repeat(8_000)}<script>${MARK}</script>`]) {
      const headers = { "User-Agent": inHeader(text) };
      const data = { username: DORA.username, password: PASSWORD };
      const answer = await request.post("/api/auth/token/", { data, headers });
      expect(answer.status(), text.slice(0, 80)).toBe(200);
      const wrong = await request.post("/api/auth/token/", { data: { ...data, password: "wrong" }, headers });
      expect(wrong.status()).toBe(401);
    }
    for (const text of HOSTILE.filter((text) => /^[\x20-\x7E]*$/.test(text))) {
      const page = await open({ userAgent: text });
      await signIn(page, text.length % 2 ? DORA : { username: "שלום", email: "", role: "user" });
    }
  });

  await test.step("they fail to, by names that are none", async () => {
    const page = await open();
    const { request } = page;
    for (const text of [...TYPED, "x".repeat(10_000)]) {
      const headers = { "Sec-Fetch-Site": "same-origin" };
      const answer = await request.post("/login", { form: { identifier: text, password: "wrong" }, headers });
      expect(answer.status(), text.slice(0, 80)).toBe(401);
      const call = await request.post("/api/auth/token/", { data: { username: text, password: "wrong" } });
      expect([400, 401]).toContain(call.status());
    }
    // What was typed stands in the field again.
    await page.goto("/login");
    const typed = `"><img src=x onerror=${MARK}>`;
    await trySignIn(page, typed, "wrong");
    await expect(page.getByLabel("Username or e-mail address")).toHaveValue(typed);
    await examine(page, "sign-in refused");
  });

  const page = await open();
  page.on("dialog", (dialog) => {
    expect.soft(dialog.message(), "a dialog").toBe("none");
    void dialog.dismiss();
  });
  await signIn(page, ADMIN);
  const more: Stop[] = ["/admin/audit", "/admin/audit?kind=sign_in&outcome=failure", "/admin/sessions?user=dora"].map(
    (path) => ({ name: path, go: async () => void (await page.goto(path)) }),
  );
  const stops = CONSOLE.filter(({ name }) => !/robbed|threat$/.test(name));
  for (const stop of [...stops, ...more]) {
    await test.step(stop.name, async () => {
      await stop.go(page);
      await examine(page, stop.name);
      // What opens above the page, too; what stands open already has been seen.
      await page.keyboard.press("Escape");
      for (const opener of await page.locator("main button[aria-haspopup=dialog]").all()) {
        if (!(await opener.isVisible())) continue;
        await opener.click();
        await expect(page.getByRole("dialog")).toBeVisible();
        await page.keyboard.press("Escape");
      }
      await examine(page, `${stop.name}, after its panels`);
    });
  }

  await test.step("it stands there as it was written", async () => {
    const told: string[] = [];
    let next: string | null = "/admin/audit";
    while (next && told.length < 20) {
      await page.goto(next);
      told.push((await page.locator("main").textContent()) ?? "");
      const on = page.getByRole("link", { name: "Next page" });
      next = (await on.count()) ? await on.getAttribute("href") : null;
    }
    const all = told.join("\n");
    for (const text of [`<img src=x onerror="${MARK}">`, `javascript:${MARK}`, "שלום עולם", "👩‍👩‍👧 🏳️‍🌈 ☠️"]) {
      expect.soft(all, text).toContain(text);
    }
    // Of names that lead to nobody, addresses alone are kept; and no header carries what ends a line.
    for (const spelled of [ADDRESS, "a‹U+202E›b‹U+2066›c admin", "ad‹U+200B›min"]) {
      expect.soft(all, spelled).toContain(spelled);
    }
  });

  await test.step("users and programs with such names, one by one", async () => {
    for (const path of ["/admin/users?search=shalom", `/admin/users?search=${DORA.username}`]) {
      await page.goto(path);
      await page.getByRole("table").getByRole("link").first().click();
      await expect(page.getByRole("table").first()).toBeVisible();
      await examine(page, path);
    }
    await page.goto("/admin/families");
    const links = page.getByRole("table").locator("a[href^='/admin/families/']");
    for (const href of await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""))) {
      await page.goto(href);
      await expect(page.getByRole("img", { name: "The history of this API sign-in" })).toBeVisible();
      await examine(page, href);
    }
  });

  await test.step("nothing of it steers the log or a terminal", async () => {
    const raw = new RegExp(STEERS.replace("]", "\\u2066-\\u2069]"), "u");
    expect(server.log.filter((line) => raw.test(line))).toEqual([]);
    for (const words of [["session", "list"], ["family", "list"]]) {
      const printed = await run(server.folder, words);
      expect(printed.split("\n").filter((line) => raw.test(line)), words.join(" ")).toEqual([]);
      expect(printed.trim().split("\n").length).toBeGreaterThan(5);
    }
  });
  await button(page, "Sign out").click();
});
