// The record of a journey, and the cookies that it leaves.
import type { Page } from "@playwright/test";
import { button, confirm, field, goToUser, send, signIn, trySignIn } from "../helpers/actions.ts";
import { AGENT } from "../helpers/browser.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, DORA, EMIL, PASSWORD } from "../helpers/people.ts";
import { run } from "../helpers/program.ts";

const rows = (page: Page) => page.getByRole("table").getByRole("row").filter({ has: page.getByRole("cell") });

test("the record has every step of a journey, and no secret", async ({ open, server, watch }) => {
  watch.expectStatus(401, 403);
  const dora = await open({ userAgent: AGENT.firefox });
  await dora.goto("/login");
  await trySignIn(dora, "dorra@example.org", PASSWORD);
  // People type their password into the wrong field: a name that is nobody's may be one.
  await trySignIn(dora, "tangerine-sundial-nobody", PASSWORD);
  await trySignIn(dora, DORA.username, "wrong horse wrong battery");
  await trySignIn(dora, DORA.username, PASSWORD);
  await expect(dora).toHaveURL("/account");
  await dora.goto("/admin");
  const admin = await open();
  await signIn(admin, ADMIN);
  await goToUser(admin, EMIL);
  await confirm(admin, `Disable user ${EMIL.username}`);
  await dora.goto("/account");
  await send(dora, button(dora, "Sign out"));

  await admin.getByRole("link", { name: "Audit" }).click();
  for (const [event, ...parts] of [
    ["Session ended", DORA.username, "Signed out", "Success"],
    ["User disabled", ADMIN.username, EMIL.username, "Success"],
    ["Sign-in", ADMIN.username, "Success"],
    ["Permission denied", DORA.username, "Failure", "Role does not allow it"],
    ["Sign-in", DORA.username, "Success"],
    ["Sign-in", DORA.username, "Failure", "Wrong password"],
    ["Sign-in", "dorra@example.org", "as typed", "Failure", "No such account"],
  ] as const) {
    let row = rows(admin).filter({ has: admin.getByText(event, { exact: true }) });
    for (const part of parts) row = row.filter({ hasText: part });
    await expect(row, `${event}: ${parts.join(", ")}`).toHaveCount(1);
    await expect(row).toContainText("127.0.0.1");
  }
  for (const secret of [PASSWORD, "wrong horse wrong battery", "tangerine-sundial-nobody"]) {
    expect(await admin.content()).not.toContain(secret);
  }

  await test.step("it can be asked for a part", async () => {
    await field(admin, "Event").selectOption("Sign-in");
    await field(admin, "Outcome").selectOption("Failure");
    await button(admin, "Filter").click();
    await expect(rows(admin)).toHaveCount(3);
    const typed = rows(admin).filter({ hasText: "dorra@example.org" });
    await button(typed, /^Details of/).click();
    await expect(admin.getByRole("dialog")).toContainText("Firefox/128.0");
  });

  await test.step("and it is whole", async () => {
    await server.stop();
    expect(await run(server.folder, ["audit", "verify"])).toContain("the record is whole");
    await server.start();
  });
});

test("cookies are out of reach of scripts and of other sites", async ({ page, server }) => {
  await page.goto("/login");
  await trySignIn(page, DORA.username, PASSWORD);
  await expect(page).toHaveURL("/account");
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(["latchkey", "latchkey-device", "latchkey-pre"]);
  for (const cookie of cookies) {
    expect(cookie, cookie.name).toMatchObject({
      httpOnly: true,
      sameSite: "Lax",
      path: "/",
      // Plain http on loopback: a browser would not send a secure one.
      secure: false,
      domain: new URL(server.url).hostname,
    });
  }
  // 128 random bits, and nothing that can be read.
  expect(cookies.find(({ name }) => name === "latchkey")?.value).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

test("signing in again gives another cookie, and ends what the browser had before", async ({ page, server }) => {
  await signIn(page, DORA);
  const [first] = (await page.context().cookies()).filter(({ name }) => name === "latchkey");
  // A value that somebody else put there, or left there, is worth nothing after a sign-in.
  await page.context().clearCookies({ name: "latchkey" });
  await page.goto("/login");
  await page.context().addCookies([{ name: "latchkey", value: first?.value ?? "", url: server.url }]);
  await trySignIn(page, DORA.username, PASSWORD);
  await expect(page).toHaveURL("/account");
  const [second] = (await page.context().cookies()).filter(({ name }) => name === "latchkey");
  expect(second?.value).not.toBe(first?.value);
  await page.goto("/account/sessions");
  await expect(rows(page)).toHaveCount(1);
});
