"""An independent look at PDF files, with pikepdf: what PDF/A-2a and PDF/UA-1 ask for and a reader needs.

Reads paths from the command line and prints one line per fault; nothing means that all is well."""

import sys

import pikepdf

BLOCKS = {"/H1", "/H2", "/H3", "/H4", "/H5", "/H6"}


def resolve(role, roles):
    seen = set()
    while role in roles and role not in seen:
        seen.add(role)
        role = str(roles[role])
    return role


def children(node):
    kids = node.get("/K", [])
    if not isinstance(kids, pikepdf.Array):
        kids = [kids]
    for kid in kids:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid


def attributes(node):
    own = node.get("/A", [])
    own = own if isinstance(own, pikepdf.Array) else [own]
    return [a for a in own if isinstance(a, pikepdf.Dictionary)]


class Look:
    def __init__(self, pdf):
        self.root = pdf.Root["/StructTreeRoot"]
        self.roles = dict(self.root.get("/RoleMap", {}))
        self.faults, self.levels = [], []
        self.tables = self.figures = 0

    def walk(self, node):
        for kid in children(node):
            role = resolve(str(kid["/S"]), self.roles)
            if role in BLOCKS:
                self.levels.append(int(role[2:]))
            if role == "/Figure":
                self.figures += 1
                if not str(kid.get("/Alt", "")).strip():
                    self.faults.append("a figure without alternative text")
            if role == "/Table":
                self.tables += 1
                self.table(kid)
            self.walk(kid)

    def table(self, table):
        heads = []

        def rows(node):
            for kid in children(node):
                role = resolve(str(kid["/S"]), self.roles)
                if role == "/TR":
                    for cell in children(kid):
                        kind = resolve(str(cell["/S"]), self.roles)
                        if kind not in ("/TH", "/TD"):
                            self.faults.append(f"{kind} in a row of a table")
                        if kind == "/TH":
                            heads.append(cell)
                elif role in ("/THead", "/TBody", "/TFoot"):
                    rows(kid)

        rows(table)
        if not heads:
            self.faults.append("a table without header cells")
        if any(not any("/Scope" in a for a in attributes(cell)) for cell in heads):
            self.faults.append("a header cell without scope")


def faults(path):
    with pikepdf.open(path) as pdf:
        root = pdf.Root
        if not bool(root.get("/MarkInfo", {}).get("/Marked", False)):
            yield "not marked as tagged"
        if not str(root.get("/Lang", "")).lower().startswith("zh"):
            yield f"language {root.get('/Lang')}"
        if not bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)):
            yield "does not show its title"
        with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
            if (meta.get("pdfaid:part"), meta.get("pdfaid:conformance")) != ("2", "A"):
                yield "not said to be PDF/A-2a"
            # By its address: older pikepdf do not know the prefix.
            if meta.get("{http://www.aiim.org/pdfua/ns/id/}part") != "1":
                yield "not said to be PDF/UA-1"
            if not str(meta.get("dc:title") or "").strip():
                yield "no title"
        if any("/JavaScript" in str(k) or "/EmbeddedFiles" in str(k) for k in root.get("/Names", {}).keys()):
            yield "scripts or files inside"
        for number, page in enumerate(pdf.pages, 1):
            if str(page.obj.get("/Tabs", "/S")) != "/S":
                yield f"page {number}: tab order is not that of the structure"
        look = Look(pdf)
        look.walk(look.root)
        yield from dict.fromkeys(look.faults)
        previous = 0
        for level in look.levels:
            if level > previous + 1:
                yield f"heading level {level} after {previous}"
            previous = level
        drawn = not any(part in path for part in ("summaries", "agencies", "版本说明", "发布前核对"))
        if drawn and look.figures == 0:
            yield "no figures"


for path in sys.argv[1:]:
    for fault in faults(path):
        print(f"{path}: {fault}")
