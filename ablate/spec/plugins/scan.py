"""What a Python file registers, read from its text; nothing of it is imported or executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic.fields import FieldInfo

from ablate.errors import did_you_mean
from ablate.registry import overlay, table
from ablate.results import Direction
from ablate.spec.plugins.bases import KINDS, SECTIONS
from ablate.spec.plugins.fields import Remark, Shape, Shapes
from ablate.spec.plugins.literals import NotLiteral, literal
from ablate.spec.plugins.names import Names, imported_modules

_REGISTER = "ablate.plugins.register"
_EXAMPLE = 'Write @register("model", "tiny_net") above the class'
_METRIC_KEYS: dict[str, type] = {
    "direction": str,
    "title": str,
    "percent": bool,
    "description": str,
}

Definition = ast.ClassDef | ast.FunctionDef


@dataclass(frozen=True, slots=True)
class Declared:
    """A member that a file registers: a class of options with its fields, or a metric with what describes it."""

    kind: str
    name: str
    definition: str
    line: int
    fields: Mapping[str, tuple[Any, FieldInfo]] = field(default_factory=dict)
    is_open: bool = False
    info: Mapping[str, Any] = field(default_factory=dict)
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file registers and imports (module to line), and what is wrong with it."""

    declared: tuple[Declared, ...] = ()
    imports: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


def scan(content: bytes) -> Scan:
    """Read a plugin's bytes.

    >>> found = scan(b'''
    ... from ablate.plugins import register
    ... from ablate.spec.sections import ModelOptions
    ... @register("model", "tiny_net")
    ... class TinyNet(ModelOptions):
    ...     width: int = 16
    ... ''')
    >>> [(item.kind, item.name, item.line, *item.fields) for item in found.declared]
    [('model', 'tiny_net', 5, 'width')]
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the file's own warnings come when it is imported
            tree = ast.parse(content)
            compile(
                tree, "plugin", "exec", dont_inherit=True
            )  # finds more mistakes; executes nothing
        with overlay({}):  # a name is taken if ablate has it, whatever study is open
            return _Scanner(tree).scan()
    except SyntaxError as error:
        return Scan(remarks=((error.lineno or 1, f"not valid Python: {error.msg}", ""),))
    except (ValueError, RecursionError, MemoryError) as error:
        return Scan(remarks=((1, f"not valid Python: {str(error) or 'nested too deeply'}", ""),))


class _Refused(Exception):
    """A registration that cannot be meant; its arguments are the place, what is wrong and the remedy."""

    def __init__(self, node: ast.AST, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remark: Remark = (getattr(node, "lineno", 1), message, remedy)


class _Scanner:
    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._names = Names.of(tree)
        self._shapes = Shapes(tree, self._names)
        self._remarks: list[Remark] = []
        self._understood: set[ast.AST] = set()

    def scan(self) -> Scan:
        declared = tuple(self._declared())
        for node in ast.walk(self._tree):
            if self._is_register(node) and node not in self._understood:
                message = "register must be called above a class or function at the top of the file"
                self._remarks.append(_Refused(node, message, _EXAMPLE).remark)
        return Scan(declared, imported_modules(self._tree), tuple(sorted(self._remarks)))

    def _declared(self) -> Iterator[Declared]:
        for node in self._tree.body:
            if not isinstance(node, Definition):
                continue
            for decorator in node.decorator_list:
                call = decorator.func if isinstance(decorator, ast.Call) else decorator
                if self._is_register(call):
                    self._understood.add(call)
                    try:
                        yield self._member(node, decorator)
                    except _Refused as refused:
                        self._remarks.append(refused.remark)

    def _member(self, node: Definition, decorator: ast.expr) -> Declared:
        if not isinstance(decorator, ast.Call) or len(decorator.args) != 2:
            raise _Refused(decorator, "register needs the kind and the name", _EXAMPLE)
        kind, name = (literal(argument) for argument in decorator.args)
        if not isinstance(kind, str) or not isinstance(name, str):
            rule = "the kind and the name must be written as text, since nothing is executed to read them"
            raise _Refused(decorator, rule, _EXAMPLE)
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS)
            raise _Refused(decorator, f"unknown kind {kind!r}", hint)
        if not re.fullmatch(r"[A-Za-z_][\w.-]*", name):
            rule = f"the name {name!r} must start with a letter, and hold letters, digits, '_', '-' and '.'"
            raise _Refused(decorator, rule)
        if name in table(kind).names():
            raise _Refused(decorator, f"{kind} {name!r} is there already", "Choose another name")
        if kind == "metric":
            return self._metric(node, decorator, name)
        return self._options(node, decorator, kind, name)

    def _options(self, node: Definition, decorator: ast.Call, kind: str, name: str) -> Declared:
        base = SECTIONS[kind]
        if decorator.keywords:
            rule = "only metrics have more than a kind and a name"
            raise _Refused(decorator, rule, "Options are the fields of the class")
        if not isinstance(node, ast.ClassDef):
            raise _Refused(node, f"{node.name} must be a class", f"Derive it from {base.__name__}")
        shape = self._shapes.of(node)
        self._remarks += shape.remarks
        if not shape.is_open and not any(issubclass(item, base) for item in shape.bases):
            rule = f"{node.name} must be a subclass of {base.__name__}"
            raise _Refused(node, rule, f"Import it from {base.__module__}")
        for taken in shape.fields.keys() - base.model_fields.keys():
            if hasattr(base, taken):
                rule = f"{node.name}.{taken} has the name of something else of {base.__name__}"
                raise _Refused(node, rule, "Call the field otherwise")
        return Declared(
            kind,
            name,
            node.name,
            node.lineno,
            _beside(shape, base),
            shape.is_open,
            documentation=ast.get_docstring(node) or "",
        )

    def _metric(self, node: Definition, decorator: ast.Call, name: str) -> Declared:
        if not isinstance(node, ast.FunctionDef):
            rule = f"{node.name} must be a function of the counts of a split"
            raise _Refused(node, rule, "Write def NAME(counts)")
        info = {}
        for item in decorator.keywords:
            value = literal(item.value)
            if item.arg == "by_class":
                continue
            if item.arg not in _METRIC_KEYS:
                hint = did_you_mean(str(item.arg), (*_METRIC_KEYS, "by_class"))
                raise _Refused(decorator, f"a metric has no {item.arg!r}", hint)
            if value is NotLiteral.VALUE or not isinstance(value, _METRIC_KEYS[item.arg]):
                kind = "True or False" if item.arg == "percent" else "text"
                raise _Refused(decorator, f"{item.arg} must be {kind}, written out")
            info[item.arg] = value
        if info.get("direction") not in get_args(Direction):
            rule = f"metric {name!r} needs to say which values are better"
            raise _Refused(decorator, rule, 'Add direction="max", or "min"')
        documentation = ast.get_docstring(node) or ""
        return Declared(
            "metric", name, node.name, node.lineno, info=info, documentation=documentation
        )

    def _is_register(self, node: ast.AST) -> bool:
        return self._names.dotted(node) == _REGISTER


def _beside(shape: Shape, base: Any) -> dict[str, tuple[Any, FieldInfo]]:
    """The fields that are not the section's own anyway, which need no copy."""
    return {
        name: item
        for name, item in shape.fields.items()
        if base.model_fields.get(name) is not item[1]
    }
