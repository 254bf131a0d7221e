"""HTML that cannot be broken by what stands in it: whatever is not markup yet is escaped."""

from __future__ import annotations

import html
from dataclasses import dataclass

from ablate.report.plain import own_lines

_VOID = frozenset({"img", "input", "meta"})


@dataclass(frozen=True, slots=True)
class Html:
    """Markup, complete in itself."""

    text: str


#: What can stand in an element: markup, or text that is to be escaped.
Node = Html | str
Value = str | int | None


def element(tag: str, *children: Node, **attributes: Value) -> Html:
    """An element; ``class_`` and ``aria_label`` stand for ``class`` and ``aria-label``, ``None`` leaves one out.

    An attribute that is ``""`` stands without a value (``hidden``).

    >>> element("td", "<script>", class_="number", data_value=None).text
    '<td class="number">&lt;script&gt;</td>'
    """
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{joined(*children).text}</{tag}>")


def joined(*nodes: Node, between: str = "") -> Html:
    """Nodes one after another.

    >>> joined(element("b", "a"), "&").text
    '<b>a</b>&amp;'
    """
    return Html(between.join(_text(node) for node in nodes))


def lines(*nodes: Node) -> Html:
    """Nodes on lines of their own, for elements in which white space means nothing."""
    return Html("\n" + joined(*nodes, between="\n").text + "\n")


def _text(node: Node) -> str:
    return node.text if isinstance(node, Html) else html.escape(own_lines(node))


def _attribute(name: str, value: Value) -> str:
    if value is None:
        return ""
    key = name.rstrip("_").replace("_", "-")
    return f' {key}="{html.escape(own_lines(str(value)))}"' if value != "" else f" {key}"
