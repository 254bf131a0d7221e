"""A whole document as Markdown, its figures in files beside it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from ablate.report.document import (
    Block,
    Code,
    Document,
    Items,
    Links,
    Paragraph,
    Picture,
    Section,
    Slider,
    frame_name,
    table_level,
)
from ablate.report.markdown import escape, prose, render_table
from ablate.report.plain import one_line, own_lines
from ablate.report.table import AblationTable

#: What would make a list, a heading, a quotation or a definition of a line that begins with it.
_MARK = re.compile(r"(?:[#>+=[-]|\d{1,9}(?=[.)]))")


def render_markdown_document(document: Document) -> str:
    """The document as one Markdown file; pictures are read from ``figures/NAME.png``."""
    parts = [f"# {escape(document.title)}"]
    if document.description.strip():
        parts.append(prose(document.description))
    for section in document.sections:
        parts += _section(section)
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> Iterator[str]:
    if section.folded:
        yield f"<details>\n<summary>{html.escape(one_line(section.title))}</summary>"
    else:
        yield f"{'#' * section.level} {escape(section.title)}"
    for block in section.blocks:
        yield _block(block, section)
    if section.folded:
        yield "</details>"


def _block(block: Block, section: Section) -> str:
    match block:
        case AblationTable():
            shown = replace(block, title="") if block.title == section.title else block
            return render_table(shown, table_level(section, block)).strip()
        case Paragraph():
            paragraphs = re.split(r"\n\s*\n", block.text.strip())
            return "\n\n".join(_line(paragraph) for paragraph in paragraphs)
        case Items():
            return "\n".join(f"- {_line(line)}" for line in block.lines)
        case Code():
            return _code(block)
        case Links():
            return "\n".join(f"- {_link(*link)}" for link in block.links)
        case Picture():
            return _picture(block)
        case Slider():
            return _slider(block)


def _line(text: str) -> str:
    """Text of a paragraph or an item, whose first characters are no mark either."""
    line = escape(text)
    found = _MARK.match(line)
    if not found:
        return line
    mark = found[0]
    return f"{mark}\\{line[len(mark) :]}" if mark.isdigit() else f"\\{line}"


def _code(block: Code) -> str:
    text = own_lines(block.text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{block.language}\n{text}\n{fence}"


def _link(label: str, address: str) -> str:
    target = re.sub(r"[\s<>\\]", lambda found: f"%{ord(found[0]):02X}", address)
    return f"[{_label(label)}](<{target}>)"


def _picture(picture: Picture) -> str:
    image = _image(picture.alt or picture.caption, picture.name)
    return f"{image}\n\n{_line(picture.caption)}" if picture.caption.strip() else image


def _slider(slider: Slider) -> str:
    """The first, the middle and the last frame side by side."""
    count = len(slider.frames)
    places = sorted({0, count // 2, count - 1}) if count else []
    labels = [escape(slider.frames[place].label) for place in places]
    images = [
        _image(f"{slider.caption}: {slider.frames[place].label}", frame_name(slider, place))
        for place in places
    ]
    grid = [labels, ["---"] * len(places), images]
    shown = "\n".join(f"| {' | '.join(row)} |" for row in grid)
    return f"{shown}\n\n{_line(slider.caption)}" if slider.caption.strip() else shown


def _image(alt: str, name: str) -> str:
    return f"![{_label(alt)}](figures/{name}.png)"


def _label(text: str) -> str:
    return re.sub(r"[\[\]]", lambda found: f"\\{found[0]}", escape(text))
