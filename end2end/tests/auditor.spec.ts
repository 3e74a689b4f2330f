// An auditor sees everything and changes nothing.
import { button, goToUser, heading, send, signIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { AUDITOR, DORA } from "../helpers/people.ts";

test("an auditor sees the whole console, without a button that changes anything", async ({ page, open }) => {
  const dora = await open();
  await signIn(dora, DORA);
  await signIn(page, AUDITOR);
  await expect(page.getByText("Read only")).toBeVisible();

  for (const [path, name] of [
    ["/admin", "Overview"],
    ["/admin/sessions", "Sessions"],
    ["/admin/users", "Users"],
    ["/admin/audit", "Audit"],
    ["", DORA.username],
  ] as const) {
    await test.step(name, async () => {
      if (path) await page.goto(path);
      else await goToUser(page, DORA);
      await expect(heading(page, name)).toBeVisible();
      await expect(page.getByRole("main")).toContainText(DORA.username);
      // Nothing in the page posts anywhere; the bar above has the way out.
      await expect(page.locator('main form[method="post"]')).toHaveCount(0);
      await expect(page.locator('form[method="post"]:not([action="/theme"])')).toHaveCount(1);
      await expect(page.getByRole("main").getByRole("button", { name: /^(end|disable|enable|change|rotate|confirm)/i })).toHaveCount(0);
    });
  }
});

test("an auditor who posts all the same is refused, and nothing changes", async ({ page, open, watch }) => {
  watch.expectStatus(403);
  const dora = await open();
  await signIn(dora, DORA);
  await dora.goto("/account/sessions");
  await signIn(page, AUDITOR);
  await goToUser(page, DORA);
  const user = new URL(page.url()).pathname;
  const list = await page.request.get("/api/admin/sessions?user=dora");
  const { items } = (await list.json()) as { items: Array<{ id: string }> };
  const id = items[0]?.id;
  expect(id).toBeDefined();

  for (const action of [`/admin/sessions/${id}/end`, `${user}/end-sessions`, `${user}/disable`, `${user}/enable`, `${user}/role`]) {
    await test.step(action.replace(/[0-9a-f-]{36}/, "…"), async () => {
      await page.goto(user);
      // The one form of their page, turned to that address, with what the real one would send.
      await page.locator('form[action="/logout"]').evaluate((form, to) => {
        form.setAttribute("action", to);
        const role = document.createElement("input");
        Object.assign(role, { type: "hidden", name: "role", value: "administrator" });
        form.append(role);
      }, action);
      const refused = await send(page, button(page, "Sign out"));
      expect(refused.status()).toBe(403);
      await expect(heading(page, "You may not do that")).toBeVisible();
    });
  }

  await dora.reload();
  await expect(heading(dora, "Sessions")).toBeVisible();
  await goToUser(page, DORA);
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  await expect(page.getByRole("main").getByText("User", { exact: true })).toBeVisible();
});
