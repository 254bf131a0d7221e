"""Text from outside, without what no format could show."""

from __future__ import annotations


def one_line(text: str) -> str:
    r"""Text on one line, without characters that cannot be printed (of control, of direction).

    >>> one_line(" two\n lines\x1b[0m ")
    'two lines[0m'
    """
    return "".join(char for char in " ".join(text.split()) if char.isprintable()).strip()


def own_lines(text: str) -> str:
    r"""Text in its own lines, tabs as they are, without anything else that cannot be printed.

    >>> own_lines("a:\r\n\tb\x00")
    'a:\n\tb'
    """
    return "\n".join(
        "".join(char for char in line if char.isprintable() or char == "\t")
        for line in text.splitlines()
    )
