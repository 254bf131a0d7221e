"""A whole document as the files of one folder."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.report.csv_text import render_csv
from ablate.report.document import Document, Picture, Slider, frame_name
from ablate.report.html import render_html_document
from ablate.report.json_text import render_json
from ablate.report.latex import render_latex
from ablate.report.markdown_document import render_markdown_document
from ablate.report.slugs import slugs


def document_files(document: Document) -> dict[str, bytes]:
    """Names (``report.md``, ``figures/curves.png``) to contents; the same document gives the same bytes.

    ``report.html`` stands alone; ``report.md`` reads from ``figures/``. Each table is there once more as
    ``tables/<title>.tex``, and all of them as ``tables.csv`` and ``tables.json``.

    Raises:
        ValueError: two pictures or sliders have the same name.
    """
    texts = {
        "report.md": render_markdown_document(document),
        "report.html": render_html_document(document),
        "tables.csv": render_csv(document.tables),
        "tables.json": render_json(document.tables),
        **dict(_latex(document)),
    }
    return {
        **{name: text.encode() for name, text in texts.items()},
        **figure_files(document),
    }


def _latex(document: Document) -> Iterator[tuple[str, str]]:
    names = slugs(table.title for table in document.tables)
    for name, table in zip(names, document.tables, strict=True):
        yield f"tables/{name}.tex", render_latex([table])


def figure_files(document: Document) -> dict[str, bytes]:
    """Names (``figures/curves.png``) to contents.

    Raises:
        ValueError: two pictures or sliders have the same name.
    """
    figures: dict[str, bytes] = {}
    for name, content in _pictures(document):
        if name in figures:
            raise ValueError(f"two pictures of the document are named {name}")
        figures[name] = content
    return figures


def _pictures(document: Document) -> Iterator[tuple[str, bytes]]:
    for block in document.blocks:
        match block:
            case Picture():
                formats = {"png": block.png, "svg": block.svg, "pdf": block.pdf}
                for suffix, content in formats.items():
                    if content:
                        yield f"figures/{block.name}.{suffix}", content
            case Slider():
                for place, frame in enumerate(block.frames):
                    yield f"figures/{frame_name(block, place)}.png", frame.png
