#!/usr/bin/env bash
# Pictures of each kind of page, from the example, into docs/gallery.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh gallery
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
code=0
cargo run --quiet --locked -- --quiet run --inputs inputs --outputs "$work/outputs" || code=$?
[ "$code" -le 1 ] || exit "$code"
cargo run --quiet --locked -- --quiet forms --out "$work/forms"
edition=$(find "$work/outputs" -maxdepth 1 -type d -name '20*Q[1-4]' | sort | tail -n 1)
gallery=docs/gallery
mkdir -p "$gallery"

# One page of a PDF as a PNG: page, resolution, file, name, further options of pdftoppm.
picture() {
    local page=$1 dpi=$2 file=$3 name=$4
    shift 4
    pdftoppm -singlefile -f "$page" -l "$page" -r "$dpi" -png "$@" "$file" "$gallery/$name"
}
# A workbook as PDF, by LibreOffice.
printed() {
    soffice "-env:UserInstallation=file://$work/office" --headless --convert-to pdf \
        --outdir "$work/pdf" "$1" </dev/null >/dev/null 2>&1
    printf '%s/pdf/%s.pdf' "$work" "$(basename "$1" .xlsx)"
}
first() { find "$1" -name "$2" | LC_ALL=C sort | sed -n "${3:-1}p"; }

picture 1 60 "$(first "$edition/summaries" '*.pdf' 5)" annex-d
picture 1 60 "$edition/districts/新都区.pdf" district
picture 1 50 "$edition/city/全市报告.pdf" city-cover
picture 8 60 "$edition/city/全市报告.pdf" city
picture 1 60 "$(first "$edition/agencies" '*.pdf')" agency

# Forms and a correction workbook, for the guides.
form_b=$(printed "$work/forms/表B 中小企业质量提升服务需求调查记录表.xlsx")
form_f=$(printed "$work/forms/表F 中小企业质量提升服务满意度调查表.xlsx")
picture 1 80 "$form_b" form-b -x 40 -y 50 -W 585 -H 680
picture 1 60 "$form_f" form-f -x 30 -y 35 -W 440 -H 475
returned=$(printed "$(first "$edition/problems/退回" '表B*.xlsx')")
picture 1 80 "$returned" returned -x 40 -y 50 -W 585 -H 680
picture 2 80 "$returned" returned-list -x 40 -y 50 -W 856 -H 100
ls -l "$gallery"
