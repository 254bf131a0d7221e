"""A reader of HTML that refuses what is not well-formed and what could reach out of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"img", "input", "meta"}
#: Elements that our pages are made of; a name that turned into markup is not among them.
KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "script", "header", "nav", "main"),
    *("section", "details", "summary", "div", "p", "ul", "li", "a", "button", "span", "strong"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    *("figure", "figcaption", "img", "pre", "code"),
}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        own = [self] if self.tag == tag else []
        return own + [found for child in self.children for found in child.all(tag)]

    @property
    def content(self) -> str:
        """The text of the element and all below it; mixed content does not occur."""
        return self.text + "".join(child.content for child in self.children)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, f"<{tag}> is none of ours"
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"an attribute twice: {attrs}"
        for name, value in attrs:
            _check(tag, name, value or "")
        one = Element(tag, attributes)
        self.open[-1].children.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.tag == tag, f"</{tag}> closes <{closed.tag}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


def read_html(text: str) -> Element:
    """The tree of a page or a fragment."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], f"not closed: {reader.open[-1].tag}"
    ids = [one.attributes["id"] for one in _below(reader.root) if "id" in one.attributes]
    assert len(set(ids)) == len(ids), "an id twice"
    links = [one.attributes["href"] or "" for one in reader.root.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids), "a link to nowhere"
    return reader.root


def _below(element: Element) -> list[Element]:
    return [one for child in element.children for one in (child, *_below(child))]


def _check(tag: str, name: str, value: str) -> None:
    assert not name.startswith("on"), f"an event attribute: {name}"
    assert name != "style", "the policy forbids styles of elements"
    if name == "src":
        assert re.fullmatch(r"data:image/(png|svg\+xml);base64,[A-Za-z0-9+/=]+", value), value[:80]
    if name == "href":
        assert tag == "a"
        assert re.match(r"https?://|#|(?!//)[^:]*$", value, re.IGNORECASE), value
