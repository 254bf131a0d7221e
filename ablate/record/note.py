"""Descriptions in MLflow's UI are limited: a long table ends at a row, and says so."""

from __future__ import annotations


def shortened(markdown: str, limit: int, whole: str) -> str:
    r"""Markdown of at most ``limit`` characters, cut between two lines.

    ``whole`` says where everything stands, such as "the artifact table.md of the run 'report'".

    >>> print(shortened("| a |\n|---|\n| 1 |\n| 2 |\n| 3 |\n| 4 |", 33, "all"))
    | a |
    |---|
    <BLANKLINE>
    *Shortened: all.*
    """
    if len(markdown) <= limit:
        return markdown
    ending = f"\n\n*Shortened: {whole}.*"
    room = limit - len(ending)
    border = markdown.rfind("\n", 0, room + 1)
    return markdown[: max(border, 0)].rstrip("\n") + ending
