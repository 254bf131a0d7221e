"""A whole document as one HTML file that loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ablate.report.document import Block, Document, Section, table_level
from ablate.report.html.assets import policy, script, style
from ablate.report.html.blocks import block_html
from ablate.report.html.markup import Html, Node, element, lines
from ablate.report.html.tables import table_section
from ablate.report.plain import one_line
from ablate.report.slugs import slugs
from ablate.report.table import AblationTable


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the table of contents, and where it leads."""

    title: str
    level: int
    anchor: str


def render_html_document(document: Document) -> str:
    """One self-contained file: style, script and pictures within, nothing loaded from anywhere.

    Without JavaScript everything is there to read; with it tables sort, sliders slide and a switch changes light and
    dark. Whatever stands in the document is shown as text: a policy forbids every script and style but the page's own.
    """
    entries = _entries(document)
    page = element("html", lines(_head(document), _body(document, entries)), lang="en")
    return f"<!doctype html>\n{page.text}\n"


def _entries(document: Document) -> tuple[_Entry, ...]:
    titles = tuple(_titles(document))
    anchors = slugs((title for title, _, _ in titles), empty="part")
    return tuple(
        _Entry(title, level, f"{kind}-{anchor}")
        for (title, level, kind), anchor in zip(titles, anchors, strict=True)
    )


def _titles(document: Document) -> Iterator[tuple[str, int, str]]:
    """The headings from the top to the bottom."""
    for section in document.sections:
        yield section.title, section.level, "section"
        for block in section.blocks:
            if isinstance(block, AblationTable):
                yield block.title, table_level(section, block), "table"


def _head(document: Document) -> Html:
    return element(
        "head",
        lines(
            element("meta", charset="utf-8"),
            policy(),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", one_line(document.title)),
            style(),
        ),
    )


def _body(document: Document, entries: tuple[_Entry, ...]) -> Html:
    remaining = iter(entries)
    sections = [_section(section, remaining) for section in document.sections]
    columns = lines(_contents(entries), element("main", lines(*sections), id="content"))
    return element(
        "body",
        lines(
            element("a", "Skip to the content", href="#content", class_="skip"),
            _header(document),
            element("div", columns, class_="columns"),
            script(),
        ),
    )


def _header(document: Document) -> Html:
    title = element("h1", one_line(document.title))
    switch = element("button", "Dark", type="button", class_="theme", hidden="")
    parts: list[Node] = [element("div", lines(title, switch), class_="top")]
    if document.description.strip():
        parts.append(element("p", document.description.strip(), class_="prose"))
    return element("header", lines(*parts))


def _contents(entries: tuple[_Entry, ...]) -> Html:
    links = (
        element(
            "li",
            element("a", one_line(entry.title), href=f"#{entry.anchor}"),
            class_=f"level-{entry.level}",
        )
        for entry in entries
    )
    listed = element("ul", lines(*links))
    folded = element("details", lines(element("summary", "Contents"), listed), open="")
    return element("nav", folded, class_="contents", aria_label="Contents")


def _section(section: Section, remaining: Iterator[_Entry]) -> Html:
    """A section; takes its own entry and those of its tables from ``remaining``."""
    own = next(remaining)
    heading = element(f"h{own.level}", one_line(section.title))
    blocks = [_block(block, remaining) for block in section.blocks]
    if not section.folded:
        return element("section", lines(heading, *blocks), id=own.anchor)
    folded = element("details", lines(element("summary", heading), *blocks))
    return element("section", folded, id=own.anchor)


def _block(block: Block, remaining: Iterator[_Entry]) -> Html:
    if not isinstance(block, AblationTable):
        return block_html(block)
    entry = next(remaining)
    return table_section(block, entry.level, entry.anchor)
