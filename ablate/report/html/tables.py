"""A table as HTML that sorts by values, with its notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ablate.report.cells import Cell
from ablate.report.html.markup import Html, Node, element, joined, lines
from ablate.report.plain import one_line
from ablate.report.slugs import slugs
from ablate.report.table import AblationTable
from ablate.report.values import is_numeric, value_of, written

#: Words of more characters than this may be wrapped.
_LONG = 32


def render_html(tables: Iterable[AblationTable]) -> str:
    """A section for each table, to be put into a page: no styles, no script, ids that begin with ``table-``."""
    found = tuple(tables)
    anchors = slugs(table.title for table in found)
    sections = (
        table_section(table, table.level, f"table-{anchor}")
        for table, anchor in zip(found, anchors, strict=True)
    )
    return joined(*sections, between="\n").text + "\n"


def table_section(table: AblationTable, level: int, anchor: str) -> Html:
    """Heading, description, table and notes."""
    parts: list[Node] = [element(f"h{level}", one_line(table.title))]
    if table.description.strip():
        parts.append(element("p", table.description.strip(), class_="prose"))
    parts.append(_box(table))
    if table.footer:
        notes = (element("li", one_line(sentence)) for sentence in table.footer)
        parts.append(element("ul", lines(*notes), class_="notes"))
    return element("section", lines(*parts), id=anchor, class_="table")


def _box(table: AblationTable) -> Html:
    """The table in a box that scrolls sideways, with the keyboard too."""
    numeric = [
        is_numeric([row[place] for row in table.rows]) for place in range(len(table.columns))
    ]
    head = element("tr", *map(_title, table.columns, numeric))
    rows = (_row(row, numeric) for row in table.rows)
    grid = element(
        "table", lines(element("thead", head), element("tbody", lines(*rows))), class_="sortable"
    )
    name = one_line(table.title)
    return element("div", grid, class_="scroll", role="region", aria_label=name, tabindex=0)


def _title(title: str, numeric: bool) -> Html:
    return element("th", one_line(title), scope="col", class_="number" if numeric else None)


def _row(row: Sequence[Cell], numeric: Sequence[bool]) -> Html:
    cells = (
        _cell(cell, first=place == 0, numeric=number)
        for place, (cell, number) in enumerate(zip(row, numeric, strict=True))
    )
    return element("tr", *cells)


def _cell(cell: Cell, *, first: bool, numeric: bool) -> Html:
    value = value_of(cell)
    text = one_line(cell.text)
    return element(
        "th" if first else "td",
        element("strong", text) if cell.bold else text,
        scope="row" if first else None,
        class_=_class(text, numeric),
        data_value=None if value is None else written(value),
    )


def _class(text: str, numeric: bool) -> str | None:
    if numeric:
        return "number"
    return "long" if len(text) > _LONG else None
