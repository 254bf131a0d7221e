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
