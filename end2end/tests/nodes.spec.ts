// The nodes: that they are there, and by when they had heard of an end.
import type { Page } from "@playwright/test";
import { confirm, heading, signIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { ADMIN, AUDITOR, DORA } from "../helpers/people.ts";

const rows = (page: Page, caption: string) =>
  page.getByRole("table", { name: caption }).getByRole("row").filter({ has: page.getByRole("cell") });

/** Looks at the page of nodes again and again until it says this. */
async function until(page: Page, says: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.goto("/admin/nodes");
    await says();
  }).toPass();
}

test("a revocation shows by when the node had applied it", async ({ open, server }) => {
  await signIn(await open(), DORA);
  const admin = await open();
  await signIn(admin, ADMIN);
  await admin.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Nodes" }).click();
  await expect(heading(admin, "Nodes")).toBeVisible();
  await until(admin, async () => {
    await expect(rows(admin, "Nodes")).toHaveCount(1, { timeout: 100 });
    await expect(rows(admin, "Nodes")).toContainText(`:${server.pid}`, { timeout: 100 });
    await expect(rows(admin, "Nodes")).toContainText("Fresh", { timeout: 100 });
  });

  await admin.goto(`/admin/sessions?user=${DORA.username}`);
  await confirm(admin, /^End session/);
  const newest = rows(admin, "What ended or changed, newest first").first();
  await until(admin, async () => {
    await expect(newest).toContainText("Session ended", { timeout: 100 });
    await expect(newest).toContainText(DORA.username, { timeout: 100 });
    await expect(newest).toContainText(/Within \d+(\.\d+)? m?s/, { timeout: 100 });
  });
  await expect(admin.getByRole("alert")).toHaveCount(0);
});

test("after a restart another node is there, and the one before it has stopped", async ({ open, server }) => {
  const auditor = await open();
  await signIn(auditor, AUDITOR);
  await until(auditor, () => expect(rows(auditor, "Nodes")).toHaveCount(1, { timeout: 100 }));
  const before = server.pid;
  await server.stop();
  await server.start();
  await until(auditor, () => expect(rows(auditor, "Nodes")).toHaveCount(2, { timeout: 100 }));
  const row = (pid: number) => rows(auditor, "Nodes").filter({ hasText: `:${pid}` });
  await expect(row(before)).toContainText("Stopped");
  await expect(row(server.pid)).toContainText("Fresh");
});
