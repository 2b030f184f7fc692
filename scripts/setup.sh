#!/usr/bin/env bash
# Installs what is missing, and only that; says nothing when nothing is.
#
#   scripts/setup.sh demo    fonts for the documents
#   scripts/setup.sh test    the same, and the programs that read our files back
#   scripts/setup.sh gallery the same as demo, and the programs that make pictures
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

# What a package brings that can be looked for without asking the package manager.
has_cjk_fonts() {
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" \
        -iname 'NotoS*CJK*' -print -quit 2>/dev/null | grep -q .
}
# Cut to the measures of Times New Roman and Arial, which the Word files name for Latin letters and digits.
has_latin_fonts() {
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" \
        -iname 'Liberation*' -print -quit 2>/dev/null | grep -q .
}
has_program() { command -v "$1" >/dev/null 2>&1; }
has_pikepdf() {
    local python
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import pikepdf' >/dev/null 2>&1 && return 0
    done
    return 1
}
has_office_part() { find /usr/lib/libreoffice /opt/libreoffice* -name "$1" -print -quit 2>/dev/null | grep -q .; }

missing=()
want_fonts() { has_cjk_fonts || missing+=(fonts-noto-cjk); }
want_pictures() { has_program pdftoppm || missing+=(poppler-utils); }
want_browser() { has_program chromium || has_program google-chrome || missing+=(chromium); }
want_office() {
    has_latin_fonts || missing+=(fonts-liberation)
    has_office_part libswlo.so || missing+=(libreoffice-writer)
    has_office_part libsclo.so || missing+=(libreoffice-calc)
}

cd "$(dirname "$0")/.."
what=${1:-demo}
case "$what" in
    demo) want_fonts ;;
    test)
        want_fonts
        want_pictures
        want_office
        has_program qpdf || missing+=(qpdf)
        has_pikepdf || missing+=(python3-pikepdf)
        want_browser
        has_program node || missing+=(nodejs)
        has_program npm || missing+=(npm)
        ;;
    gallery)
        want_fonts
        want_pictures
        want_office
        want_browser
        ;;
    *)
        say "usage: scripts/setup.sh demo|test|gallery"
        exit 2
        ;;
esac

if ! has_program cargo; then
    say "Rust is missing: install it from https://rustup.rs (1.92 or newer) and run this again."
    exit 2
fi

# axe-core, which looks for barriers in the pages, into a folder that git ignores.
bring_axe() {
    local folder="target/npm"
    [ "$what" = test ] && [ ! -f "$folder/node_modules/axe-core/axe.min.js" ] || return 0
    mkdir -p "$folder"
    say "Installing axe-core …"
    npm install --silent --no-audit --no-fund --no-save --prefix "$folder" axe-core@4.14.1 </dev/null >&2
}

if [ "${#missing[@]}" -eq 0 ]; then
    bring_axe
    exit 0
fi

if ! has_program apt-get; then
    say "Missing: ${missing[*]} (Debian's names), and there is no apt-get here to install them."
    say "Please install them with the package manager of this system and run this again."
    exit 2
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! has_program sudo; then
        say "Missing: ${missing[*]}. Please run as root: apt-get install ${missing[*]}"
        exit 2
    fi
    as_root=(sudo)
fi
say "Installing ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >"$log" 2>&1
}
if ! { install update -q && install install -y -q --no-install-recommends "${missing[@]}"; }; then
    cat "$log" >&2
    say "apt-get could not install ${missing[*]}; its words stand above."
    exit 2
fi
bring_axe
