"""A report as a value: sections of text, tables and pictures, for Markdown and HTML alike.

All text is plain; whoever renders it escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

    def __post_init__(self) -> None:
        _check_name(self.name)


@dataclass(frozen=True, slots=True)
class Frame:
    """One position of a slider."""

    label: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Slider:
    """Pictures of one thing over time, of which HTML shows one at a time and Markdown the first, middle and last.

    ``name`` is like that of a :class:`Picture`; the files are ``figures/<name>-1.png`` and so on.
    """

    name: str
    caption: str
    frames: tuple[Frame, ...]

    def __post_init__(self) -> None:
        _check_name(self.name)


#: What a section is made of.
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

    @property
    def blocks(self) -> Iterator[Block]:
        """The blocks of all sections, from the top to the bottom."""
        return (block for section in self.sections for block in section.blocks)

    @property
    def tables(self) -> tuple[AblationTable, ...]:
        """All tables, from the top to the bottom."""
        return tuple(block for block in self.blocks if isinstance(block, AblationTable))


def frame_name(slider: Slider, place: int) -> str:
    """The name of a frame's file, without its suffix; names sort as the frames do.

    >>> frame_name(Slider("masks", "Masks", (Frame("epoch 1", b""),) * 12), 0)
    'masks-01'
    """
    digits = len(str(len(slider.frames)))
    return f"{slider.name}-{place + 1:0{digits}}"


def table_level(section: Section, table: AblationTable) -> int:
    """The level of a table's heading within a section: below the section's own."""
    return min(section.level + table.level - 1, 6)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"{name!r} cannot name a file: letters, digits, hyphens, underscores only")
