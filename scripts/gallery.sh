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
# A workbook or Word file as PDF, by LibreOffice.
printed() {
    local name
    name=$(basename "$1")
    soffice "-env:UserInstallation=file://$work/office" --headless --convert-to pdf \
        --outdir "$work/pdf" "$1" </dev/null >/dev/null 2>&1
    printf '%s/pdf/%s.pdf' "$work" "${name%.*}"
}
# A page of the site, as a browser shows it: file, name, height.
page() {
    local browser
    browser=$(command -v chromium || command -v google-chrome)
    "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=0.6 \
        "--user-data-dir=$work/browser" "--window-size=1000,$3" "--screenshot=$gallery/$2.png" \
        "file://$1" </dev/null >/dev/null 2>&1
}
# Number of the first page of a PDF, after its list of contents, that says some words.
says() {
    local page
    for page in $(seq 3 60); do
        pdftotext -f "$page" -l "$page" "$1" - 2>/dev/null | tr -d '[:space:]' | grep -q "$2" && break
    done
    printf '%s' "$page"
}
first() { find "$1" -name "$2" | LC_ALL=C sort | sed -n "${3:-1}p"; }

city=$edition/city/全市报告.pdf
picture 1 50 "$city" city-cover
picture 2 50 "$city" city-contents
picture 3 60 "$city" city-text
picture "$(says "$city" '图1')" 60 "$city" city-chart
picture "$(says "$city" '表5成都市满意度')" 60 "$city" city
picture "$(says "$city" '各质量服务机构服务满意度')" 60 "$city" city-wide-table
picture 1 60 "$edition/districts/新都区.pdf" district
picture 5 60 "$edition/districts/新都区.pdf" district-chart
picture 1 60 "$(first "$edition/agencies" '*.pdf')" agency
picture 1 60 "$(first "$edition/summaries" '*.pdf' 5)" annex-d
picture 1 60 "$(printed "$(first "$edition/summaries" '*.docx' 5)")" annex-d-word
word=$(printed "$edition/city/全市报告.docx")
picture 2 50 "$word" city-contents-word

# Data tables, forms and a correction workbook.
tables=$(printed "$edition/city/数据表.xlsx")
picture 1 60 "$tables" tables-index
picture "$(says "$tables" '表6各服务类别')" 60 "$tables" tables-chart
for form in C D E S; do
    picture 1 45 "$(printed "$(first "$work/forms" "表$form*.xlsx")")" "form-${form,,}"
done
# Those the guides show are cut to the form.
picture 1 80 "$(printed "$(first "$work/forms" '表B*.xlsx')")" form-b -x 40 -y 50 -W 585 -H 680
picture 1 60 "$(printed "$(first "$work/forms" '表F*.xlsx')")" form-f -x 30 -y 35 -W 440 -H 475
returned=$(printed "$(first "$edition/problems/退回" '表B*.xlsx')")
picture 1 80 "$returned" returned -x 40 -y 50 -W 585 -H 680
picture 2 80 "$returned" returned-list -x 40 -y 50 -W 856 -H 100
picture 1 50 "$(printed "$edition/problems/问题清单.xlsx")" problems

# The public edition.
page "$edition/site/index.html" site-home 1400
page "$(first "$edition/site/districts" '*.html' 2)" site-district 1400
page "$(first "$edition/site/cases" '2025*.html')" site-case 900
du -sh "$gallery"
