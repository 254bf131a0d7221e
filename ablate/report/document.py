"""A report as a value: sections of text, tables and pictures, for Markdown and HTML alike.

All text is plain; whoever renders it escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ablate.report.table import AblationTable


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, one line each."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Text in its own line breaks: a configuration (``language`` is ``yaml``), a network's printed form."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Where more stands: (label, address) each."""

    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure, in a file ``figures/<name>.png`` and, where they are not empty, ``.svg`` and ``.pdf`` beside it.

    ``name`` holds letters, digits, hyphens and underscores. ``alt`` says in words what there is to see.
    """

    name: str
    caption: str
    png: bytes
    svg: bytes = b""
    pdf: bytes = b""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One position of a slider."""

    label: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Slider:
    """Pictures of one thing over time, of which HTML shows one at a time and Markdown the first, middle and last."""

    name: str
    caption: str
    frames: tuple[Frame, ...]


Block = Paragraph | Items | Code | Links | Picture | Slider | AblationTable


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it; ``folded`` sections are closed at first where readers can open them."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 2
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    description: str
    sections: tuple[Section, ...]
