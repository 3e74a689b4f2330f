// Makes a folder equal to the checkout, touching only files that differ.
//
//   git ls-files -z … | node scripts/prove-sync.mjs CHECKOUT COPY
//
// A file that is put back gets the time of this moment, not its old one: cargo goes by time, and would otherwise take
// what it compiled from the changed file for what the restored one gives.
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const [checkout, copy] = process.argv.slice(2);

const wanted = new Set(
  readFileSync(0, "utf8")
    .split("\0")
    .filter((path) => path && lstatSync(join(checkout, path), { throwIfNoEntry: false })?.isFile()),
);

function isSame(path) {
  const there = lstatSync(join(copy, path), { throwIfNoEntry: false });
  if (!there?.isFile() || there.size !== lstatSync(join(checkout, path)).size) return false;
  return readFileSync(join(checkout, path)).equals(readFileSync(join(copy, path)));
}

mkdirSync(copy, { recursive: true });
for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isDirectory() && !wanted.has(relative(copy, path))) rmSync(path);
}
for (const path of wanted) {
  if (isSame(path)) continue;
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  copyFileSync(join(checkout, path), join(copy, path));
}
