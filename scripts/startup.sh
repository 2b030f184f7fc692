#!/usr/bin/env bash
# States what a release costs before it does anything: sizes, libraries it needs, and the
# median of 21 starts of `zhiti --version` (the aim is under 20 ms).
#
#   scripts/startup.sh BINARY [FILE…]
set -euo pipefail

binary=${1:?usage: scripts/startup.sh BINARY [FILE…]}
for file in "$@"; do
    printf '%-50s %6.1f MiB\n' "$file" "$(stat -c %s "$file" | awk '{ print $1 / 1048576 }')"
done
if command -v ldd >/dev/null; then
    printf 'needs: %s\n' "$(ldd "$binary" 2>/dev/null | awk '{ print $1 }' | grep -v '^/' | sort | paste -sd ' ')"
fi
"$binary" --version
for _ in $(seq 21); do
    began=$(date +%s%N)
    "$binary" --version >/dev/null
    ended=$(date +%s%N)
    echo $(((ended - began) / 1000))
done | sort -n | sed -n 11p | awk '{ printf "start: %.1f ms (median of 21)\n", $1 / 1000 }'
