"""The parts of a document, other than its tables, as HTML."""

from __future__ import annotations

import base64
import re

from ablate.report.document import Code, Items, Links, Paragraph, Picture, Slider
from ablate.report.html.markup import Html, Node, element, lines
from ablate.report.plain import one_line

#: What a link may lead to: a page, or a file beside the document. Anything else (``javascript:``) is shown as text.
_ADDRESS = re.compile(r"https?://|(?![a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def block_html(block: Paragraph | Items | Code | Links | Picture | Slider) -> Html:
    """A block of a section."""
    match block:
        case Paragraph():
            return element("p", block.text.strip(), class_="prose")
        case Items():
            return element("ul", lines(*(element("li", one_line(line)) for line in block.lines)))
        case Code():
            return _code(block)
        case Links():
            found = (element("li", _link(*link)) for link in block.links)
            return element("ul", lines(*found))
        case Picture():
            return _picture(block)
        case Slider():
            return _slider(block)


def _code(block: Code) -> Html:
    language = f"language-{block.language}" if block.language else None
    return element("pre", element("code", block.text, class_=language), tabindex=0)


def _link(label: str, address: str) -> Node:
    target = one_line(
        address
    )  # browsers pass over spaces and signs of control in the name of a scheme
    if not _ADDRESS.match(target):
        return f"{one_line(label)}: {target}"
    return element("a", one_line(label), href=target, rel="noreferrer")


def _picture(picture: Picture) -> Html:
    alt = one_line(picture.alt or picture.caption)
    source = _data("svg+xml", picture.svg) if picture.svg else _data("png", picture.png)
    image = element("img", src=source, alt=alt)
    caption = element("figcaption", one_line(picture.caption))
    return element("figure", lines(image, caption), id=f"figure-{picture.name}")


def _slider(slider: Slider) -> Html:
    """All frames with their labels; the script shows one at a time."""
    caption = one_line(slider.caption)
    frames = [
        element(
            "div",
            element("img", src=_data("png", one.png), alt=f"{caption}: {one_line(one.label)}"),
            element("span", one_line(one.label)),
            class_="frame",
        )
        for one in slider.frames
    ]
    box = element("div", lines(*frames), class_="frames")
    content = lines(box, element("figcaption", caption))
    return element("figure", content, id=f"figure-{slider.name}", class_="slider")


def _data(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
