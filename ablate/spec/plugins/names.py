"""What the names in a Python file mean, read from its imports alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: What a star import binds, where that is known.
_STARS = {"ablate.plugins": ("register",)}


@dataclass(frozen=True, slots=True)
class Names:
    r"""Local name to the dotted name that it was imported from.

    >>> names = Names.of(ast.parse("import ablate.plugins as p\nfrom typing import Literal as L"))
    >>> names.dotted(ast.parse("p.register", mode="eval").body)
    'ablate.plugins.register'
    >>> names.dotted(ast.parse("L", mode="eval").body), names.dotted(ast.parse("int", mode="eval").body)
    ('typing.Literal', 'int')
    """

    imported: Mapping[str, str]

    @classmethod
    def of(cls, tree: ast.Module) -> Names:
        """The names that a module imports, wherever it does."""
        return cls(dict(pair for node in ast.walk(tree) for pair in _bound(node)))

    def dotted(self, node: ast.AST) -> str | None:
        """``a.b.c`` for an expression made of names and dots alone; ``None`` for any other."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else None
        return None


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            if alias.name == "*":
                yield from ((name, f"{node.module}.{name}") for name in _STARS.get(node.module, ()))
            else:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def imported_modules(tree: ast.Module) -> dict[str, int]:
    """The first part of each module that a file imports, and the line where it does; ``""`` is a relative import."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name.partition(".")[0], node.lineno)
        elif isinstance(node, ast.ImportFrom):
            name = "" if node.level else (node.module or "").partition(".")[0]
            found.setdefault(name, node.lineno)
    return found
