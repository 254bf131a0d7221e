"""Annotations of a plugin's fields as types to check a study with; ``Any`` where reading cannot judge."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field

from ablate.spec import sections
from ablate.spec.options import AddedLater, NotIdentity
from ablate.spec.plugins.literals import NotLiteral, literal
from ablate.spec.plugins.names import Names

#: Rules of ``pydantic.Field`` that are checked before anything runs, and the types that have them.
_RULES: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("gt", "ge", "lt", "le", "multiple_of"), (int, float)),
    **dict.fromkeys(("min_length", "max_length"), (str, tuple, dict)),
}

_PLAIN: dict[str, Any] = {
    "None": None,
    "ablate.spec.sections.Positive": sections.Positive,
    "ablate.spec.sections.Probability": sections.Probability,
    "bool": bool,
    "dict": dict,
    "float": float,
    "int": int,
    "str": str,
    "tuple": tuple,
}
_SEQUENCES = ("list", "typing.List", "set", "typing.Set", "frozenset", "typing.FrozenSet")


class Unsuitable(Exception):
    """An annotation that no value of a study file fits; the text says why."""


def read_type(node: ast.AST, names: Names) -> Any:
    """The type that an annotation means.

    >>> read_type(ast.parse("int | None", mode="eval").body, Names({}))
    typing.Optional[int]
    >>> read_type(ast.parse("torch.dtype", mode="eval").body, Names({"torch": "torch"}))
    typing.Any

    Raises:
        Unsuitable: values of that type cannot be written in a study file.
    """
    if isinstance(node, ast.Constant):
        return _constant(node.value, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[read_type(node.left, names), read_type(node.right, names)]  # noqa: UP007
    if isinstance(node, ast.Subscript):
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _generic(names.dotted(node.value), items, names)
    dotted = names.dotted(node)
    _refuse_sequences(dotted)
    return _PLAIN.get(dotted or "", Any)


def read_rules(call: ast.Call, kind: Any) -> dict[str, Any]:
    """The rules of a call of ``pydantic.Field`` that can be checked on values of a type.

    >>> call = ast.parse("Field(4, ge=1, le=MOST)", mode="eval").body
    >>> read_rules(call, int), read_rules(call, Any)
    ({'ge': 1}, {})
    """
    found: dict[str, Any] = {}
    kinds = set(_kinds(kind)) - {type(None)}
    for item in call.keywords:
        value = literal(item.value)
        if (
            kinds
            and kinds <= set(_RULES.get(item.arg or "", ()))
            and isinstance(value, int | float)
        ):
            found[str(item.arg)] = value
    return found


def _kinds(kind: Any) -> Iterator[Any]:
    """The plain types that a type is made of, without what they hold."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _kinds(get_args(kind)[0])
    elif origin in (Union, UnionType):
        for item in get_args(kind):
            yield from _kinds(item)
    else:
        yield origin or kind


def _constant(value: Any, names: Names) -> Any:
    if not isinstance(value, str):
        return None if value is None else Any
    try:
        return read_type(ast.parse(value, mode="eval").body, names)
    except (SyntaxError, ValueError):
        return Any


def _generic(name: str | None, items: Sequence[ast.expr], names: Names) -> Any:
    _refuse_sequences(name)
    kind = (name or "").removeprefix("typing_extensions.").removeprefix("typing.")
    if kind == "Literal":
        return _literal(items)
    if kind == "Annotated":
        return _annotated(items, names)
    if kind in ("Optional", "Union"):
        members = [read_type(item, names) for item in items]
        return Union[tuple([*members, None] if kind == "Optional" else members)]  # noqa: UP007
    if kind in ("tuple", "Tuple"):
        return tuple[tuple(_member(item, names) for item in items)]  # type: ignore[misc]
    if kind in ("dict", "Dict") and len(items) == 2:
        return dict[read_type(items[0], names), read_type(items[1], names)]  # type: ignore[misc]
    return Any


def _member(item: ast.expr, names: Names) -> Any:
    if isinstance(item, ast.Constant) and item.value is Ellipsis:
        return Ellipsis
    return read_type(item, names)


def _literal(items: Sequence[ast.expr]) -> Any:
    values = tuple(literal(item) for item in items)
    if not values or not all(v is None or isinstance(v, bool | int | str) for v in values):
        return Any
    return Literal[values]


def _annotated(items: Sequence[ast.expr], names: Names) -> Any:
    """The type with the marks and rules that are known; others may change what fits, so that anything does."""
    kind = read_type(items[0], names)
    marks: list[Any] = []
    for item in items[1:]:
        mark = _mark(item, kind, names)
        if mark is None:
            kind = Any
        else:
            marks.append(mark)
    kept = [mark for mark in marks if kind is not Any or isinstance(mark, NotIdentity | AddedLater)]
    return Annotated[(kind, *kept)] if kept else kind


def _mark(item: ast.expr, kind: Any, names: Names) -> Any:
    if not isinstance(item, ast.Call):
        return None
    name = names.dotted(item.func)
    if name == "ablate.spec.options.NotIdentity":
        return NotIdentity()
    if name == "ablate.spec.options.AddedLater":
        old = literal(item.keywords[0].value) if item.keywords else NotLiteral.VALUE
        return None if old is NotLiteral.VALUE else AddedLater(old)
    if name == "pydantic.Field":
        return Field(**read_rules(item, kind))
    return None


def _refuse_sequences(name: str | None) -> None:
    if name in _SEQUENCES:
        kind = name.rpartition(".")[2].lower()
        raise Unsuitable(f"{kind}: the lists of a study file arrive as tuples")
