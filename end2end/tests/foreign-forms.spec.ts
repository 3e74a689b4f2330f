// Forms on other people's pages that are aimed at this server: refused, and nothing changes.
import { button, heading, send, sessionCookie, signIn } from "../helpers/actions.ts";
import { expect, test as base } from "../helpers/fixtures.ts";
import { ADMIN, DORA, EMIL, PASSWORD } from "../helpers/people.ts";
import { type Stranger, stranger } from "../helpers/stranger.ts";

const test = base.extend<{ other: Stranger }>({
  other: async ({}, use) => {
    const other = await stranger();
    await use(other);
    await other.close();
  },
});

// The first is another site altogether; the second is the same site on another port, so that cookies that are
// `SameSite=Lax` come along and only the origin tells them apart.
for (const host of ["localhost", "127.0.0.1"]) {
  test.describe(`from a page of ${host}`, () => {
    test("nobody is signed in to an account that somebody else chose", async ({ page, server, other, watch }) => {
      const away = `http://${host}:${other.port}`;
      watch.trust(away);
      watch.expectStatus(403);
      // With a pre-session and its token from a page of ours, as somebody could fetch them for themselves.
      await page.goto("/login");
      const csrf = await page.locator('main input[name="csrf"]').inputValue();
      other.aim(`${server.url}/login`, { identifier: EMIL.username, password: PASSWORD, csrf });
      await page.goto(away);
      const refused = await send(page, button(page, "Win a prize"));
      expect(refused.status()).toBe(403);
      await expect(heading(page, "That form has expired")).toBeVisible();
      expect(await sessionCookie(page)).toBeUndefined();
    });

    test("nobody is signed out", async ({ page, server, other, watch }) => {
      const away = `http://${host}:${other.port}`;
      watch.trust(away);
      watch.expectStatus(403);
      await signIn(page, DORA);
      const before = await sessionCookie(page);
      other.aim(`${server.url}/logout`, {});
      await page.goto(away);
      const refused = await send(page, button(page, "Win a prize"));
      expect(refused.status()).toBe(403);
      expect(await sessionCookie(page)).toBe(before);
      await page.goto("/account");
      await expect(heading(page, "Account")).toBeVisible();
    });

    test("no administrator is made to end sessions", async ({ page, open, server, other, watch }) => {
      const away = `http://${host}:${other.port}`;
      watch.trust(away);
      watch.expectStatus(403);
      const dora = await open();
      await signIn(dora, DORA);
      await signIn(page, ADMIN);
      await page.goto(`/admin/sessions?user=${DORA.username}`);
      const action = await page.locator('main form[method="post"][action$="/end"]').getAttribute("action");
      other.aim(`${server.url}${action}`, { back: "/admin/sessions" });
      await page.goto(away);
      const refused = await send(page, button(page, "Win a prize"));
      expect(refused.status()).toBe(403);
      await dora.reload();
      await expect(heading(dora, "Account")).toBeVisible();
    });
  });
}
