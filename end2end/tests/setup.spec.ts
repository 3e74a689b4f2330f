// The first administrator, made by the link that a new server prints.
import { button, field, heading, send } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { PASSWORD } from "../helpers/people.ts";
import type { Server } from "../helpers/server.ts";

test.use({ people: "nobody" });

const LINK = /http:\/\/\S+\/setup\?code=(\S+)/;

function printed(server: Server): { link: string; code: string } {
  const found = LINK.exec(server.printed.join("\n"));
  if (!found?.[1]) throw new Error("no link was printed");
  return { link: found[0], code: found[1] };
}

test("a new server prints a link that makes the first administrator, once", async ({ page, open, server, watch }) => {
  watch.expectStatus(403);
  const { link, code } = printed(server);
  expect(server.log.join("\n"), "the log has no code").not.toContain(code);

  await test.step("the code leaves the address at once", async () => {
    await page.goto(link);
    await expect(page).toHaveURL("/setup");
    await expect(heading(page, "Make the first administrator")).toBeVisible();
    expect(await page.content()).not.toContain(code);
  });

  await test.step("the form makes the administrator, who lands in the console", async () => {
    await field(page, "Username").fill("olga");
    await page.getByLabel("E-mail address").fill("olga@example.org");
    await field(page, "Password").fill(PASSWORD);
    const answer = await send(page, button(page, "Make administrator"));
    expect(answer.status()).toBe(303);
    await expect(page).toHaveURL("/admin");
    await expect(heading(page, "Overview")).toBeVisible();
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name }) => name)).not.toContain("latchkey-setup");
  });

  await test.step("the link has done its work", async () => {
    const late = await open();
    const answer = await late.goto(link);
    expect(answer?.status()).toBe(403);
    await expect(heading(late, "Set-up is done")).toBeVisible();
    await late.getByRole("link", { name: "Go to sign-in" }).click();
    await expect(late).toHaveURL("/login");
  });

  await test.step("and no other is printed", async () => {
    await server.stop();
    await server.start();
    expect(server.printed.join("\n")).not.toMatch(LINK);
  });
});

test("a wrong link says how to get a new one, and that one works", async ({ page, server, watch }) => {
  watch.expectStatus(403);
  for (const wrong of ["/", "/setup", "/setup?code=", `/setup?code=${"A".repeat(43)}`, "/setup?code=%00%ff"]) {
    const answer = await page.goto(wrong);
    expect(answer?.status(), wrong).toBe(403);
    await expect(heading(page, "This link does not work")).toBeVisible();
  }
  await expect(page.getByText("Restart the Latchkey program")).toBeVisible();

  await server.stop();
  await server.start();
  await page.goto(printed(server).link);
  await expect(heading(page, "Make the first administrator")).toBeVisible();
});

test("what is wrong with the first administrator is said, and the link stays good", async ({ page, server, watch }) => {
  watch.expectStatus(422);
  await page.goto(printed(server).link);
  await field(page, "Username").fill("not a name");
  await field(page, "Password").fill(PASSWORD);
  const refused = await send(page, button(page, "Make administrator"));
  expect(refused.status()).toBe(422);
  await expect(field(page, "Username")).toHaveValue("not a name");
  await expect(field(page, "Password")).toHaveValue("");

  await field(page, "Username").fill("olga");
  await field(page, "Password").fill(PASSWORD);
  await send(page, button(page, "Make administrator"));
  await expect(page).toHaveURL("/admin");
});
