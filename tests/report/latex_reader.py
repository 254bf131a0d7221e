"""A small reader of LaTeX: what a page would show, and an error for what TeX would not compile.

It knows the commands that our tables use and nothing else, so that an unescaped character never passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(r"\\[A-Za-z]+\s*|\\.|%[^\n]*\n\s*|[{}$&]|\n\s*\n\s*|\s+|.", re.DOTALL)
SHOWN = {
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textasciigrave": "`",
    "checkmark": "✓",
}
MATHS = {r"\pm": "±", "-": "-", r"\times": "×", r"\leq": "≤", r"\geq": "≥", r"\approx": "≈"}
MATHS |= {r"\rightarrow": "→", r"\infty": "∞"}
LAYOUT = {"centering", "toprule", "midrule", "bottomrule", "par", "medskip", "raggedright"}
LAYOUT |= {"small", "footnotesize", "scriptsize"}
#: What TeX or a font of seven bits would show otherwise.
FORBIDDEN = set('#^_~<>|"`')
#: Marks the end of a group, over which no font joins characters.
SEAM = "\x00"


@dataclass
class LatexTable:
    caption: str = ""
    label: str = ""
    titles: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    bold: set[tuple[int, int]] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


class Reader:
    def __init__(self, source: str) -> None:
        self.tokens = TOKEN.findall(source)
        self.place = 0

    def __bool__(self) -> bool:
        return self.place < len(self.tokens)

    @property
    def next(self) -> str:
        assert self, "the source ends too early"
        return self.tokens[self.place]

    def take(self, *expected: str) -> str:
        token = self.next
        assert not expected or token.strip() in expected, (token, self.tokens[self.place :][:20])
        self.place += 1
        return token

    def skip_space(self) -> None:
        while self and (not self.next.strip() or self.next.startswith("%")):
            self.place += 1

    def argument(self) -> str:
        """The raw text of a simple argument: ``{tabular}``, ``[htbp]``."""
        end = {"{": "}", "[": "]"}[self.take("{", "[")]
        taken = ""
        depth = 0
        while not (depth == 0 and self.next == end):
            depth += {"{": 1, "}": -1}.get(self.next, 0)
            taken += self.take()
        self.take()
        return taken

    def text(self, *ends: str) -> str:
        """What is shown of a run of text, up to a token that is none of it."""
        shown = ""
        while self.next.strip() not in ends or not self.next.strip():
            shown += self._piece()
        return shown

    def _piece(self) -> str:
        piece = self.take()
        if piece == "{":
            inner = self.text("}")
            self.take("}")
            return f"{SEAM}{inner}{SEAM}"
        if piece == "$":
            formula = ""
            while self.next != "$":
                formula += self.take()
            self.take("$")
            return f"{SEAM}{MATHS[formula]}{SEAM}"
        if not piece.startswith("\\"):
            assert piece not in FORBIDDEN or (piece == "`" and self._is_quote()), f"bare {piece}"
            assert piece not in "}&%", f"{piece} where text is"
            return " " if not piece.strip() else piece
        return self._command(piece.strip()[1:])

    def _is_quote(self) -> bool:
        return self.next == "`" or self.tokens[self.place - 2] == "`"

    def _command(self, name: str) -> str:
        if name in set("{}_&%$#"):
            return name
        if name == "textbf":
            return f"{SEAM}{self.text_in_braces()}{SEAM}"
        if name == "hspace":
            assert self.argument() == "0pt"
            return ""
        if name == "begin":  # a title in lines
            return self._lines()
        assert name in SHOWN, f"unknown command {name}"
        return SHOWN[name]

    def _lines(self) -> str:
        assert self.argument() == "tabular"
        assert self.argument() == "b"
        assert self.argument() in ("@{}l@{}", "@{}r@{}")
        parts = [self.text(r"\\", r"\end")]
        while self.take(r"\\", r"\end").strip() == r"\\":
            assert self.next not in "[*"
            parts.append(self.text(r"\\", r"\end"))
        assert self.argument() == "tabular"
        return " ".join(parts)

    def text_in_braces(self) -> str:
        self.take("{")
        shown = self.text("}")
        self.take("}")
        return shown


def tables_in(source: str) -> list[LatexTable]:
    """The tables of a file, in order."""
    reader = Reader(source)
    found = []
    reader.skip_space()
    while reader:
        found.append(_table(reader))
        reader.skip_space()
    return found


def plain(shown: str) -> str:
    """Text as a font of TeX shows it: quotation marks from pairs, dashes from hyphens."""
    for source, drawn in (("``", '"'), ("''", '"'), ("---", "—"), ("--", "–"), (",,", "„")):
        shown = shown.replace(source, drawn)
    return " ".join(shown.replace(SEAM, "").split())


def _table(reader: Reader) -> LatexTable:
    table = LatexTable()
    _begin(reader, "table")
    assert reader.argument() == "htbp"
    for name in _commands(reader):
        match name:
            case "caption":
                table.caption = plain(reader.text_in_braces())
            case "label":
                table.label = reader.argument()
            case "setlength":
                reader.take("{")
                reader.take(r"\tabcolsep")
                reader.take("}")
                reader.argument()
            case "begin":
                {"tabular": _grid, "minipage": _notes}[reader.argument()](reader, table)
            case _:
                assert name in LAYOUT, name
    assert reader.argument() == "table"
    return table


def _begin(reader: Reader, name: str) -> None:
    reader.take(r"\begin")
    assert reader.argument() == name


def _commands(reader: Reader) -> Iterator[str]:
    """Names of commands, up to the end of an environment."""
    while True:
        reader.skip_space()
        name = reader.take().strip()
        assert name.startswith("\\"), f"{name} between commands"
        if name == r"\end":
            return
        yield name[1:]


def _grid(reader: Reader, table: LatexTable) -> None:
    specification = re.sub(r"p\{[^}]*\}", "p", reader.argument())
    reader.skip_space()
    reader.take(r"\toprule")
    rows = [_row(reader, table, -1)]
    reader.skip_space()
    reader.take(r"\midrule")
    reader.skip_space()
    while reader.next.strip() != r"\bottomrule":
        rows.append(_row(reader, table, len(rows) - 1))
        reader.skip_space()
    reader.take()
    reader.skip_space()
    reader.take(r"\end")
    assert reader.argument() == "tabular"
    assert {len(row) for row in rows} == {len(specification)}, "columns do not match"
    table.titles, *table.rows = rows


def _row(reader: Reader, table: LatexTable, number: int) -> list[str]:
    cells = []
    while True:
        reader.skip_space()
        assert cells or reader.next not in "[*", "an argument of the line break before it"
        if reader.next.strip() == r"\textbf":
            table.bold.add((number, len(cells)))
        cells.append(plain(reader.text("&", r"\\")))
        if reader.take("&", r"\\").strip() == r"\\":
            return cells


def _notes(reader: Reader, table: LatexTable) -> None:
    assert reader.argument() == r"\linewidth"
    for command in (r"\footnotesize", r"\raggedright"):
        reader.skip_space()
        reader.take(command)
    reader.skip_space()
    while reader.next.strip() != r"\end":
        table.notes.append(plain(reader.text(r"\par")))
        reader.take(r"\par")
        reader.skip_space()
    reader.take()
    assert reader.argument() == "minipage"
