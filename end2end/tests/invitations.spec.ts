// How somebody gets an account from an administrator: by a link that is shown once.
import type { Page } from "@playwright/test";
import { button, confirm, field, heading, notice, send, signIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, AUDITOR, PASSWORD } from "../helpers/people.ts";
import { run } from "../helpers/program.ts";

type For = { how?: string; username?: string; email?: string; role?: string };

/** Makes a link in the console, and returns it. */
async function invite(page: Page, { how, username = "", email = "", role = "User" }: For = {}): Promise<string> {
  await page.goto("/admin/users");
  await page.getByRole("link", { name: "Invite", exact: true }).click();
  await expect(heading(page, "Invite somebody")).toBeVisible();
  await expect(field(page, "Role")).toHaveValue("user");
  if (how) await field(page, "The account is made").selectOption(how);
  await page.getByLabel(/^Username/).fill(username);
  await page.getByLabel(/^E-mail address/).fill(email);
  await field(page, "Role").selectOption(role);
  await send(page, button(page, "Make the link"));
  return link(page);
}

async function link(page: Page): Promise<string> {
  const shown = await field(page, "Copy this").inputValue();
  expect(shown).toMatch(/\/invitation\?code=[\w-]{43}$/);
  await expect(page.getByRole("status").first()).toContainText("It is shown this once and kept nowhere");
  return shown;
}

const codeOf = (address: string): string => address.split("=")[1] ?? "";

test("somebody who is invited chooses a name and a password, and arrives", async ({ open, server, watch }) => {
  watch.expectStatus(403);
  const admin = await open();
  await signIn(admin, ADMIN);
  const address = await invite(admin, { email: "frida@example.org" });
  const code = codeOf(address);
  await admin.goto("/admin/invitations");
  await expect(admin.getByRole("table")).toContainText("frida@example.org");
  expect(await admin.content()).not.toContain(code);

  const frida = await open();
  await frida.goto(address);
  await expect(frida).toHaveURL("/invitation");
  await expect(heading(frida, "You are invited")).toBeVisible();
  expect(await frida.content()).not.toContain(code);
  await expect(frida.getByLabel(/^E-mail address/)).toHaveValue("frida@example.org");
  await field(frida, "Username").fill("frida");
  await field(frida, "Password").fill(PASSWORD);
  await send(frida, button(frida, "Create account"));
  await expect(frida).toHaveURL("/account");
  await expect(frida.getByRole("heading", { name: "frida", exact: true })).toBeVisible();
  await expect(frida.getByText("Signs in here, and has no console.")).toBeVisible();

  await admin.reload();
  await expect(admin.getByText("No open invitations")).toBeVisible();
  const late = await open();
  await late.goto(address);
  await expect(heading(late, "This link does not work")).toBeVisible();
  expect(server.log.join("\n"), "the log has no code").not.toContain(code);
});

test("an account that is made at once waits for its owner, who sets the password", async ({ open, watch }) => {
  watch.expectStatus(403);
  const admin = await open();
  await signIn(admin, ADMIN);
  const first = await invite(admin, { how: "create", username: "gerda", role: "Auditor" });
  await admin.getByRole("link", { name: "Go to the user" }).click();
  await expect(heading(admin, "gerda")).toBeVisible();
  await expect(admin.getByRole("heading", { name: "Not arrived yet" })).toBeVisible();
  await send(admin, button(admin, "Make a new link"));
  const second = await link(admin);
  await admin.goto("/admin/users");
  await expect(admin.getByRole("row", { name: /gerda/ })).toContainText("Not arrived yet");

  const gerda = await open();
  await gerda.goto(first);
  await expect(heading(gerda, "This link does not work")).toBeVisible();
  await gerda.goto(second);
  await expect(heading(gerda, "Choose your password")).toBeVisible();
  await field(gerda, "Password").fill(PASSWORD);
  await send(gerda, button(gerda, "Set password and sign in"));
  await expect(gerda).toHaveURL("/account");
  await gerda.goto("/admin");
  await expect(heading(gerda, "Overview")).toBeVisible();
  await admin.reload();
  await expect(admin.getByText("Not arrived yet")).toHaveCount(0);
});

test("a link that is withdrawn opens nothing", async ({ open, watch }) => {
  watch.expectStatus(403);
  const admin = await open();
  await signIn(admin, ADMIN);
  const address = await invite(admin, { username: "hanne" });
  await admin.getByRole("link", { name: "See open invitations" }).click();
  await confirm(admin, "Withdraw the invitation of hanne");
  await expect(notice(admin)).toHaveText("The link is withdrawn: it opens nothing any more.");
  const hanne = await open();
  await hanne.goto(address);
  await expect(heading(hanne, "This link does not work")).toBeVisible();
  await expect(hanne.getByText("ask whoever sent you the link for a new one")).toBeVisible();
});

test("what is wrong with an invitation is said, and nothing that was typed is lost", async ({ page, watch }) => {
  watch.expectStatus(422);
  await signIn(page, ADMIN);
  await page.goto("/admin/users/invite");
  await field(page, "The account is made").selectOption("create");
  await page.getByLabel(/^Username/).fill("dora");
  await page.getByLabel(/^E-mail address/).fill("new@example.org");
  await field(page, "Role").selectOption("Auditor");
  await send(page, button(page, "Make the link"));
  await expect(page.getByText("That name is taken, or looks like one that is.").first()).toBeVisible();
  await expect(page.getByLabel(/^E-mail address/)).toHaveValue("new@example.org");
  await expect(field(page, "Role")).toHaveValue("auditor");
  await expect(field(page, "The account is made")).toHaveValue("create");
});

test("an auditor sees who is invited, and invites nobody", async ({ page, open, watch }) => {
  watch.expectStatus(403);
  const admin = await open();
  await signIn(admin, ADMIN);
  await invite(admin, { username: "inge" });
  await signIn(page, AUDITOR);
  await page.goto("/admin/users");
  await expect(page.getByRole("link", { name: "Invite", exact: true })).toHaveCount(0);
  await page.getByRole("link", { name: "Invitations" }).click();
  await expect(page.getByRole("table")).toContainText("inge");
  await expect(button(page, /^Withdraw/)).toHaveCount(0);
  await page.goto("/admin/users/invite");
  await expect(heading(page, "You may not do that")).toBeVisible();
});

test("the command line prints such a link too", async ({ page, folder }) => {
  const printed = await run(folder, ["user", "invite", "--username", "johan", "--create"]);
  const address = /http\S+\/invitation\?code=\S+/.exec(printed)?.[0] ?? "";
  // The program of the journey listens on a port of its own, which the command does not know.
  await page.goto(`/invitation?code=${codeOf(address)}`);
  await field(page, "Password").fill(PASSWORD);
  await send(page, button(page, "Set password and sign in"));
  await expect(page.getByRole("heading", { name: "johan", exact: true })).toBeVisible();
});
