"""The fields of a plugin's class: the keys that a study file may write, their types and defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

from ablate.spec.options import Options, Unknown
from ablate.spec.plugins.bases import known_base
from ablate.spec.plugins.literals import NotLiteral, literal
from ablate.spec.plugins.names import Names
from ablate.spec.plugins.types import Unsuitable, read_rules, read_type

#: Line, what is wrong, the remedy.
Remark = tuple[int, str, str]

_HARMLESS_BASES = ("object", "typing.Generic", "typing.Protocol", "abc.ABC")


@dataclass(frozen=True, slots=True)
class Shape:
    """What reading tells of a class.

    ``fields`` maps a name to its type and default. ``is_open``: it may have more fields, or take other values,
    than can be seen, so that anything is accepted. ``bases`` are the classes of ablate that it derives from.
    """

    fields: Mapping[str, tuple[Any, FieldInfo]] = field(default_factory=dict)
    bases: tuple[type[Options], ...] = ()
    is_open: bool = False
    remarks: tuple[Remark, ...] = ()


class Shapes:
    """The shapes of a module's classes."""

    def __init__(self, tree: ast.Module, names: Names) -> None:
        self._names = names
        self._classes = {item.name: item for item in tree.body if isinstance(item, ast.ClassDef)}

    def of(self, node: ast.ClassDef, seen: tuple[str, ...] = ()) -> Shape:
        """The shape of one class, what it inherits included."""
        inherited = [self._base(item, (*seen, node.name)) for item in node.bases]
        own, remarks = self._own(node)
        loosened = _loosened(node, self._names)
        fields = {
            name: item for shape in reversed(inherited) for name, item in shape.fields.items()
        }
        fields |= own
        if loosened is not None:
            fields = {
                name: _anything(item) if not loosened or name in loosened else item
                for name, item in fields.items()
            }
        return Shape(
            fields=fields,
            bases=tuple(base for shape in inherited for base in shape.bases),
            is_open=loosened == frozenset() or any(shape.is_open for shape in inherited),
            remarks=(*(r for shape in inherited for r in shape.remarks), *remarks),
        )

    def _base(self, node: ast.expr, seen: tuple[str, ...]) -> Shape:
        if isinstance(node, ast.Subscript):
            node = node.value
        name = self._names.dotted(node)
        local = self._classes.get(name or "")
        if local is not None and local.name not in seen:
            return self.of(local, seen)
        known = known_base(name) if name else None
        if known is None:
            return Shape(is_open=name not in _HARMLESS_BASES)
        fields = {key: (info.annotation, info) for key, info in known.model_fields.items()}
        return Shape(fields=fields, bases=(known,))

    def _own(self, node: ast.ClassDef) -> tuple[dict[str, tuple[Any, FieldInfo]], list[Remark]]:
        fields: dict[str, tuple[Any, FieldInfo]] = {}
        remarks: list[Remark] = []
        for item in node.body:
            if not isinstance(item, ast.AnnAssign) or not _is_field(item, self._names):
                continue
            name = item.target.id  # type: ignore[union-attr]
            try:
                fields[name] = _field(item, self._names)
            except Unsuitable as error:
                message = f"{node.name}.{name} cannot be a {error}"
                remarks.append((item.lineno, message, "Write tuple[...], as in tuple[int, ...]"))
        return fields, remarks


def _is_field(item: ast.AnnAssign, names: Names) -> bool:
    if not isinstance(item.target, ast.Name) or item.target.id.startswith("_"):
        return False
    kind = item.annotation.value if isinstance(item.annotation, ast.Subscript) else item.annotation
    return item.target.id != "model_config" and names.dotted(kind) not in (
        "typing.ClassVar",
        "typing.Final",
    )


def _field(item: ast.AnnAssign, names: Names) -> tuple[Any, FieldInfo]:
    kind = read_type(item.annotation, names)
    if item.value is None:
        return kind, Field()
    if isinstance(item.value, ast.Call) and names.dotted(item.value.func) == "pydantic.Field":
        rules = read_rules(item.value, kind)
        return kind, _with_default(_default_of_call(item.value), rules)
    return kind, _with_default(literal(item.value), {})


def _default_of_call(call: ast.Call) -> Any:
    """The default in ``Field(default, ...)``; ``...`` where there is none."""
    if call.args:
        first = call.args[0]
        is_dots = isinstance(first, ast.Constant) and first.value is Ellipsis
        return ... if is_dots else literal(first)
    given = {item.arg: item.value for item in call.keywords}
    if "default" in given:
        return literal(given["default"])
    return NotLiteral.VALUE if {"default_factory", None} & given.keys() else ...


def _with_default(value: Any, rules: Mapping[str, Any]) -> FieldInfo:
    made: Any
    if value is NotLiteral.VALUE:
        made = Field(Unknown.VALUE, validate_default=False, **rules)
    else:
        made = Field(**rules) if value is ... else Field(value, **rules)
    info: FieldInfo = made
    return info


def _anything(item: tuple[Any, FieldInfo]) -> tuple[Any, FieldInfo]:
    _, info = item
    return Any, Field() if info.is_required() else Field(info.default, validate_default=False)


def _loosened(node: ast.ClassDef, names: Names) -> frozenset[str] | None:
    """Fields whose values code of the class may change before they are checked; empty for all of them."""
    if node.keywords or any(_sets_config(item) for item in node.body):
        return frozenset()
    found: set[str] = set()
    for call in _validators(node, names):
        mode = next((literal(k.value) for k in call.keywords if k.arg == "mode"), "after")
        if mode == "after":
            continue
        fields = [literal(argument) for argument in call.args]
        if not fields or not all(isinstance(name, str) and name != "*" for name in fields):
            return frozenset()
        found.update(fields)
    return frozenset(found) if found else None


def _sets_config(item: ast.stmt) -> bool:
    targets = item.targets if isinstance(item, ast.Assign) else [getattr(item, "target", None)]
    return any(isinstance(name, ast.Name) and name.id == "model_config" for name in targets)


def _validators(node: ast.ClassDef, names: Names) -> Iterator[ast.Call]:
    for item in node.body:
        for call in getattr(item, "decorator_list", ()):
            if isinstance(call, ast.Call) and names.dotted(call.func) in (
                "pydantic.field_validator",
                "pydantic.model_validator",
            ):
                yield call
