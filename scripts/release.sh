#!/usr/bin/env bash
# Builds a tarball to carry to another machine: the program, its site, licences, read-me.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/build.sh
. "$HERE/build.sh"

"$HERE/setup.sh" run
use_recorded_toolchain
cd "$ROOT"
build_release

VERSION="$(cargo metadata --no-deps --format-version 1 \
  | node -p 'JSON.parse(require("fs").readFileSync(0)).packages.find((p) => p.name === "latchkey-server").version')"
NAME="latchkey-$VERSION-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)"
DIST="$TARGET_DIR/dist"

rm -rf "${DIST:?}/$NAME" "$DIST/$NAME.tar.gz"
mkdir -p "$DIST/$NAME"
cp "$RELEASE_PROGRAM" "$DIST/$NAME/"
cp -r "$RELEASE_SITE" "$DIST/$NAME/site"
for file in LICENSE* README.md; do
  if [ -f "$file" ]; then cp "$file" "$DIST/$NAME/"; fi
done
# Sorted, without owners and with one time: the same sources give the same archive.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct 2>/dev/null || echo 0)" \
  -C "$DIST" -czf "$DIST/$NAME.tar.gz" "$NAME"
say "Made $DIST/$NAME.tar.gz; start it with LATCHKEY_SITE_DIR=site ./latchkey serve in its folder."
