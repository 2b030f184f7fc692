#!/usr/bin/env bash
# A release: the binary with its templates inside, completions, manual pages, the guides and
# the licences, in dist/; ends by stating its size and how fast it starts.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked
version=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"version":"\([0-9][^"]*\)".*/\1/p' | head -n 1)
target=${CARGO_TARGET_DIR:-target}
name=zhiti-$version-$(rustc -vV | sed -n 's/^host: //p')
folder=dist/$name
rm -rf "$folder"
mkdir -p "$folder/docs" "$folder/completions" "$folder/man"
cp "$target/release/zhiti" README.md README.zh-CN.md LICENSE-MIT LICENSE-APACHE "$folder/"
cp docs/*.md "$folder/docs/"
cp -r docs/gallery "$folder/docs/"

zhiti=$folder/zhiti
strip "$zhiti" 2>/dev/null || true
"$zhiti" completions bash >"$folder/completions/zhiti.bash"
"$zhiti" completions zsh >"$folder/completions/_zhiti"
"$zhiti" completions fish >"$folder/completions/zhiti.fish"
"$zhiti" completions powershell >"$folder/completions/_zhiti.ps1"
"$zhiti" man >"$folder/man/zhiti.1"
commands=$("$zhiti" --help | sed -n '/^命令/,/^$/s/^  \([a-z]\{1,\}\) .*/\1/p')
for command in $commands; do
    "$zhiti" man "$command" >"$folder/man/zhiti-$command.1"
done
tar -C dist --sort=name --owner=0 --group=0 --mtime='2025-01-01 00:00Z' -czf "dist/$name.tar.gz" "$name"
scripts/startup.sh "$zhiti" "dist/$name.tar.gz"
