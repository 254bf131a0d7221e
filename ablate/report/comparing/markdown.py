"""A comparison as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ablate.report.document import Block, Document, Items, Paragraph, Picture, Section
from ablate.report.markdown import escape, render_markdown
from ablate.report.table import AblationTable


def comparison_markdown(document: Document) -> str:
    """The document; its pictures are linked as ``figures/NAME.png``."""
    head = [f"# {escape(document.title)}", "", escape(document.description), ""]
    return "\n".join([*head, *(line for part in document.sections for line in _section(part))])


def _section(section: Section) -> Iterator[str]:
    tables = [block for block in section.blocks if isinstance(block, AblationTable)]
    if len(tables) != 1 or len(section.blocks) != 1:  # a single table has the same title
        yield from (f"{'#' * section.level} {escape(section.title)}", "")
        for block in section.blocks:
            yield from _block(block)
        return
    yield from _block(replace(tables[0], title=section.title, level=section.level))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield from (escape(text), "")
        case Items(lines):
            yield from (*(f"- {escape(line)}" for line in lines), "")
        case Picture(name=name, caption=caption):
            yield from (f"![{escape(caption)}](figures/{name}.png)", "")
        case AblationTable():
            yield render_markdown([block])
        case _:
            raise TypeError(f"a comparison holds no {type(block).__name__}")
