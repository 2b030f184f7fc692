#!/usr/bin/env bash
# A release: the binary with its templates inside, the guides and the licences, in dist/.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked
version=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"version":"\([0-9][^"]*\)".*/\1/p' | head -n 1)
target=${CARGO_TARGET_DIR:-target}
name=zhiti-$version-$(rustc -vV | sed -n 's/^host: //p')
rm -rf "dist/$name"
mkdir -p "dist/$name/docs"
cp "$target/release/zhiti" README.md README.zh-CN.md LICENSE-MIT LICENSE-APACHE "dist/$name/"
cp docs/*.md "dist/$name/docs/"
cp -r docs/gallery "dist/$name/docs/"
tar -C dist --sort=name --owner=0 --group=0 --mtime='2025-01-01 00:00Z' -czf "dist/$name.tar.gz" "$name"
ls -l "dist/$name.tar.gz" "dist/$name/zhiti"
