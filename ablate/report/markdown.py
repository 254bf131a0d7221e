"""Tables as Markdown that reads well as plain text too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ablate.report.cells import Cell
from ablate.report.plain import one_line
from ablate.report.table import AblationTable

_ESCAPES = {"\\": "\\\\", "|": "\\|", "`": "\\`", "*": "\\*", "&": "&amp;", "<": "&lt;"}
_SPECIAL = re.compile(
    r"[\\|`*]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])|(?<=\])\(|~(?=~)"
)


def render_markdown(tables: Iterable[AblationTable]) -> str:
    """Each table under a heading, with its footer as a list."""
    return "\n".join(render_table(table, table.level) for table in tables)


def render_table(table: AblationTable, level: int) -> str:
    """A table under a heading of that level, if it has a title, with its footer as a list."""
    lines = [f"{'#' * level} {escape(table.title)}", ""] if table.title else []
    if table.description.strip():
        lines += [prose(table.description), ""]
    lines += [*_grid(table), ""]
    if table.footer:
        lines += [*(f"- {escape(sentence)}" for sentence in table.footer), ""]
    return "\n".join(lines)


def escape(text: str) -> str:
    r"""Text on one line, with nothing left that Markdown or HTML would read as a mark.

    >>> print(escape("a|b\n<script> *x* num_convs"))
    a\|b &lt;script> \*x\* num_convs
    """
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], f"\\{found[0]}"), one_line(text))


def prose(text: str) -> str:
    """The author's own Markdown, without HTML.

    >>> prose("Which *part* <b>earns</b> its place?")
    'Which *part* &lt;b>earns&lt;/b> its place?'
    """
    return text.strip().replace("&", "&amp;").replace("<", "&lt;")


def _grid(table: AblationTable) -> list[str]:
    head = [escape(title) for title in table.columns]
    body = [[_cell(cell) for cell in row] for row in table.rows]
    widths = [max(map(_width, column)) for column in zip(head, *body, strict=True)]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [_line(head, widths), rule, *(_line(row, widths) for row in body)]


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    return f"**{text}**" if cell.bold and text else text


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        text + " " * (width - _width(text)) for text, width in zip(texts, widths, strict=True)
    )
    return f"| {' | '.join(padded)} |"


def _width(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
