#!/usr/bin/env bash
# The main job on the repository's example: the newest quarter of inputs/, into outputs/.
#
# zhiti ends with 1 when the returns hold errors (the example does, so that there is
# something to see); only 2, "could not do the job", is a failure here.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh demo
cargo build --locked
code=0
cargo run --quiet --locked -- run --inputs inputs --outputs outputs || code=$?
[ "$code" -le 1 ] || exit "$code"

edition=$(find outputs -maxdepth 1 -type d -name '20*Q[1-4]' | sort | tail -n 1)
cat <<EOF

The example is done (its returns hold a few errors on purpose). Look at:
  $edition/city/全市报告.pdf      the report to the bureau
  $edition/districts/            a report per district
  $edition/summaries/            Annex D, one per project and enterprise
  $edition/problems/退回/         what goes back to those who have to mend something
EOF
