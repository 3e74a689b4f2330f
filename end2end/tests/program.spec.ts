// Starting the program: from any folder, and with a word about what is missing.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test as base } from "../helpers/fixtures.ts";
import { freshFolder } from "../helpers/people.ts";
import { run } from "../helpers/program.ts";
import { Server } from "../helpers/server.ts";

/** With an empty folder, on which no server works. */
const test = base.extend<{ empty: string }>({
  empty: async ({}, use) => {
    const folder = await freshFolder();
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

test("the program finds its site beside itself, whatever folder it is started in", { tag: "@once" }, async ({ empty }) => {
  // An empty setting counts as none.
  const server = await Server.on(empty, { settings: { site_dir: "" } });
  const style = await fetch(`${server.url}/pkg/latchkey.css`);
  expect(style.status).toBe(200);
  await server.stop();
});

test("without its site it does not start, says what is missing, and leaves nothing behind", { tag: "@once" }, async ({ empty }) => {
  const nowhere = join(empty, "no-such-site");
  const start = run(empty, ["serve"], "", { site_dir: nowhere, log_format: "text" });
  await expect(start).rejects.toThrow(`the site folder is missing: no \`pkg/latchkey.css\` under ${nowhere}`);
  await expect(start).rejects.toThrow("LATCHKEY_SITE_DIR");
  expect(await readdir(empty)).toEqual([]);
});

test("a setting that it does not know stops it, and is named", { tag: "@once" }, async ({ empty }) => {
  const start = run(empty, ["serve"], "", { sign_upp: "open" });
  await expect(start).rejects.toThrow(/sign_upp/i);
  expect(await readdir(empty)).toEqual([]);
});
