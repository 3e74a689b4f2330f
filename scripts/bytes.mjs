// Shows what a browser loads of a built and compressed site, and fails where that is more than it may be.
//
//   node scripts/bytes.mjs FOLDER
import { stat } from "node:fs/promises";
import { join } from "node:path";

// What is allowed of the compressed file. The journeys hold the sign-in page as a whole to its own limit.
const LIMITS = { "latchkey.css": 20_000, "latchkey.js": 20_000, "latchkey.wasm": 150_000 };

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node scripts/bytes.mjs FOLDER");
  process.exit(2);
}
const size = async (name) => (await stat(join(folder, "pkg", name))).size;
const row = (...cells) => console.log(cells.map((cell, at) => (at ? `${cell}`.padStart(9) : cell.padEnd(14))).join(" "));

row("", "plain", "gzip", "brotli", "limit");
for (const [name, limit] of Object.entries(LIMITS)) {
  const [plain, gzip, brotli] = await Promise.all([name, `${name}.gz`, `${name}.br`].map(size));
  row(name, plain, gzip, brotli, limit);
  if (brotli >= limit) {
    console.error(`error: ${name} is ${brotli} bytes compressed; ${limit} is the limit`);
    process.exitCode = 1;
  }
}
