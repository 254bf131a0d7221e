"""Values that stand in Python text as literals, read without executing anything."""

from __future__ import annotations

import ast
import math
from enum import Enum
from typing import Any


class NotLiteral(Enum):
    """What :func:`literal` gives for an expression whose value only running the code can tell."""

    VALUE = "not a literal"


def literal(node: ast.AST) -> Any:
    """The value of a literal made of what JSON knows; sequences that code writes as tuples are tuples.

    >>> literal(ast.parse("(1, -2.5, 'a')", mode="eval").body)
    (1, -2.5, 'a')
    >>> literal(ast.parse("WIDTH", mode="eval").body)
    <NotLiteral.VALUE: 'not a literal'>
    """
    if not isinstance(node, ast.expr):
        return NotLiteral.VALUE
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return NotLiteral.VALUE
    return value if _is_plain(value) else NotLiteral.VALUE


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, tuple | list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return value is None or isinstance(value, bool | int | str)
