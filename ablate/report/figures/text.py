"""Names of any length and script in the room that there is: measured, not guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

#: Pixels an inch at which letters are measured.
_DPI = 200

#: Places at which names are broken rather than in a word.
_BREAKS = " ,;:/_.=-"


def one_line(text: str) -> str:
    r"""Without line breaks and without what cannot be printed.

    >>> one_line(" two\nlines\x00 ")
    'two lines�'
    """
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in line)


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Inches that a line of so many points takes."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    from ablate.report.figures.drawing import own_settings

    with own_settings():
        font = FontProperties(size=size, weight=weight)
        pixels = RendererAgg(1, 1, _DPI).get_text_width_height_descent(text, font, False)[0]
    return float(pixels) / _DPI


def widest(texts: Sequence[str], size: float, weight: str = "normal") -> float:
    """Inches of the widest line of any of the texts, 0 if there are none."""
    lines = (line for text in texts for line in text.split("\n"))
    return max((width_of(line, size, weight) for line in lines), default=0.0)


def fitted(text: str, inches: float, size: float) -> str:
    """One line that is not wider; of what is too long the middle is left out, since names often differ at the end."""
    line = one_line(text)
    if width_of(line, size) <= inches:
        return line
    return _cut(line, _most(len(line), lambda kept: width_of(_cut(line, kept), size) <= inches))


def wrapped(text: str, inches: float, size: float, lines: int = 2) -> str:
    """At most so many lines that are not wider, broken where words end if that is possible."""
    rest, found = one_line(text), []
    while len(found) < lines - 1 and width_of(rest, size) > inches:
        first = _first_line(rest, inches, size)
        found.append(first.rstrip())
        rest = rest[len(first) :].lstrip()
    return "\n".join([*found, fitted(rest, inches, size)])


def _first_line(text: str, inches: float, size: float) -> str:
    end = max(1, _most(len(text), lambda kept: width_of(text[:kept].rstrip(), size) <= inches))
    broken = max(text.rfind(mark, 0, end + (mark == " ")) for mark in _BREAKS) + 1
    return text[:broken] if broken > end // 2 else text[:end]


def _most(length: int, fits: Callable[[int], bool]) -> int:
    """The largest number of letters below ``length`` that fits."""
    least, too_many = 0, length
    while too_many - least > 1:
        middle = (least + too_many) // 2
        least, too_many = (middle, too_many) if fits(middle) else (least, middle)
    return least


def _cut(line: str, kept: int) -> str:
    tail = kept // 3
    return f"{line[: kept - tail]}…{line[len(line) - tail :]}"
