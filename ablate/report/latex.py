"""Tables as LaTeX for a paper: booktabs, captions, labels, notes below."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ablate.report.cells import Cell
from ablate.report.latex_text import latex_cell, latex_text, needs_unicode
from ablate.report.plain import one_line
from ablate.report.slugs import slugs
from ablate.report.table import AblationTable
from ablate.report.values import is_numeric

#: Text in a column with more characters than this goes on in a next line.
_WIDE = 40
#: A title is wrapped to its column, but not into less than this.
_NARROW = 9
#: The most characters of a row that fit on a page at each size of the font.
_SIZES = ((75, ""), (88, r"\small"), (100, r"\footnotesize"))
_SMALLEST = r"\scriptsize"

_TOGETHER = re.compile(r"\[[^]]*\]|\([^)]*\)| %")
_GLUE = "\u00a0"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column laid out: its wrapped title, its specification and how many characters wide it is."""

    title: tuple[str, ...]
    numeric: bool
    wide: bool
    width: int

    @classmethod
    def of(cls, title: str, cells: Sequence[Cell]) -> _Column:
        body = max((len(one_line(cell.text)) for cell in cells), default=0)
        lines = _wrapped(title, max(body, _NARROW))
        width = min(max(body, *map(len, lines)), _WIDE)
        return cls(tuple(lines), is_numeric(cells), body > _WIDE, width)

    @property
    def specification(self) -> str:
        if self.wide:
            return r"p{0.3\linewidth}"
        return "r" if self.numeric else "l"

    @property
    def head(self) -> str:
        lines = [latex_cell(line) for line in self.title]
        if len(lines) == 1:
            return lines[0]
        side = "r" if self.numeric else "l"
        return rf"\begin{{tabular}}[b]{{@{{}}{side}@{{}}}}" + r"\\".join(lines) + r"\end{tabular}"


def render_latex(tables: Iterable[AblationTable]) -> str:
    """One ``table`` environment each, its notes below it, after a comment that names the packages it needs."""
    found = tuple(tables)
    labels = slugs(table.title for table in found)
    body = "\n".join(_table(table, label) for table, label in zip(found, labels, strict=True))
    return f"{_preamble(body)}\n{body}"


def _preamble(body: str) -> str:
    lines = [r"% Needs in the preamble: \usepackage{booktabs}"]
    if r"\checkmark" in body:
        lines.append(r"% and for the check marks: \usepackage{amssymb}")
    if needs_unicode(body):
        lines.append("% Some names are not in Latin letters: compile with XeLaTeX or LuaLaTeX and")
        lines.append(r"% a font that has them (\usepackage{fontspec}, \setmainfont{...}).")
    return "".join(f"{line}\n" for line in lines)


def _table(table: AblationTable, label: str) -> str:
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"  \centering",
            rf"  \caption{{{_caption(table)}}}",
            rf"  \label{{tab:{label}}}",
            *(f"  {line}" for line in _grid(table)),
            *(f"  {line}" for line in _notes(table.footer)),
            r"\end{table}",
            "",
        ]
    )


def _caption(table: AblationTable) -> str:
    title, description = latex_text(table.title), latex_text(table.description)
    return f"{title}. {description}" if description else title


def _grid(table: AblationTable) -> list[str]:
    columns = [
        _Column.of(title, [row[place] for row in table.rows])
        for place, title in enumerate(table.columns)
    ]
    return [
        *_size(columns),
        rf"\begin{{tabular}}{{{''.join(column.specification for column in columns)}}}",
        r"  \toprule",
        f"  {_row(column.head for column in columns)}",
        r"  \midrule",
        *(f"  {_row(map(_cell, row, columns))}" for row in table.rows),
        r"  \bottomrule",
        r"\end{tabular}",
    ]


def _size(columns: Sequence[_Column]) -> list[str]:
    width = sum(column.width + 2 for column in columns)
    size = next((name for most, name in _SIZES if width <= most), _SMALLEST)
    return [size, r"\setlength{\tabcolsep}{4pt}"] if size else []


def _wrapped(title: str, width: int) -> list[str]:
    """A title in lines; what stands in brackets stays together, and a unit with its name."""
    glued = _TOGETHER.sub(lambda found: found[0].replace(" ", _GLUE), one_line(title))
    lines = textwrap.wrap(glued, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_GLUE, " ") for line in lines] or [""]


def _cell(cell: Cell, column: _Column) -> str:
    return latex_cell(cell.text, bold=cell.bold, breakable=column.wide)


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _notes(footer: Sequence[str]) -> list[str]:
    if not footer:
        return []
    return [
        r"\par\medskip",
        r"\begin{minipage}{\linewidth}",
        r"  \footnotesize\raggedright",
        *(rf"  {latex_cell(sentence, breakable=True)}\par" for sentence in footer),
        r"\end{minipage}",
    ]
