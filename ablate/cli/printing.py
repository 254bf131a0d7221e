"""How the command line prints: errors and notes to stderr, results to stdout."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from ablate.errors import Problem

#: Results: what one would pipe into a file.
OUT = Console(highlight=False, soft_wrap=True)
#: Errors, warnings, progress.
ERR = Console(stderr=True, highlight=False)


def print_error(error: Exception) -> None:
    """One error, without a traceback."""
    ERR.print("[bold red]error:[/] ", end="")
    ERR.print(str(error), markup=False, soft_wrap=True)


def print_warnings(file: str, warnings: Iterable[Problem]) -> None:
    """Choices that are legal and probably not meant."""
    for warning in warnings:
        ERR.print("[yellow]warning:[/]", end="")
        ERR.print(warning.render(file).replace("\n   ", "\n        "), markup=False, soft_wrap=True)


def print_text(text: str) -> None:
    """Plain text to stdout, exactly as it is."""
    OUT.file.write(text if text.endswith("\n") else text + "\n")


def duration(seconds: float) -> str:
    """A duration as people say it.

    >>> [duration(value) for value in (0.4, 75, 4000)]
    ['0.4 s', '1 min 15 s', '1 h 7 min']
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
