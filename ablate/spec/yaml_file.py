"""YAML 1.2 text to plain values and their line numbers; nothing is ever constructed from a tag.

Scalars follow the core schema of YAML 1.2: ``1e-3`` is a number, ``no``, ``off`` and ``12:30:45`` are text, and a
number with a leading zero (``0123``) is text too, so that nothing is read as octal. Sequences become tuples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ablate.errors import Problem, StudyError

KeyPath = tuple[str | int, ...]

#: More values than any study needs; stops files whose aliases multiply.
MOST_VALUES = 100_000
MOST_BYTES = 4_000_000

_CORE = "tag:yaml.org,2002:"
_TAGS = {
    _CORE + name for name in ("null", "bool", "int", "float", "str", "timestamp", "seq", "map")
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values, and the line (1-based) of each key path."""

    file: str
    tree: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        """The line of ``path`` or of its nearest ancestor that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def show_path(path: KeyPath) -> str:
    """A key path as people write it.

    >>> show_path(("data", "augment", 0, "p"))
    '$.data.augment[0].p'
    """
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)


def read_document(path: Path) -> Document:
    """The mapping in a YAML file.

    Raises:
        StudyError: the file is missing, no YAML, no mapping, or holds tags, duplicate keys or too many values.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudyError(str(path), [Problem("$", f"cannot read the file: {reason}")]) from None
    return parse_document(content, str(path))


def parse_document(content: bytes, file: str) -> Document:
    """As :func:`read_document`, from bytes."""
    if len(content) > MOST_BYTES:
        raise StudyError(file, [Problem("$", f"larger than {MOST_BYTES:,} bytes")])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise StudyError(file, [Problem("$", "not UTF-8 text", line, "Save it as UTF-8")]) from None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise StudyError(file, [_syntax_problem(error)]) from None
    if not isinstance(node, MappingNode):
        raise StudyError(file, [Problem("$", "must be a mapping such as 'study: NAME'", 1)])
    return _Reader(file).document(node)


def parse_value(text: str) -> Any:
    """The value of one piece of YAML, as written after ``--set key=``.

    >>> parse_value("[6, 1e-3, yes]")
    (6, 0.001, 'yes')
    """
    document = parse_document(f"value: {text}".encode(), "--set")
    return document.tree["value"]


class _Reader:
    """Turns composed nodes into values, collecting lines and problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self.count = 0

    def document(self, node: MappingNode) -> Document:
        tree = self._mapping(node, ())
        if self.problems:
            raise StudyError(self.file, self.problems)
        return Document(self.file, tree, self.lines)

    def _value(self, node: Any, path: KeyPath) -> Any:
        self.count += 1
        if self.count > MOST_VALUES:
            problem = Problem("$", f"more than {MOST_VALUES:,} values", None, "Aliases multiply")
            raise StudyError(self.file, [problem])
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            self._refuse_tag(node, path)
            return tuple(self._value(item, (*path, i)) for i, item in enumerate(node.value))
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        self._refuse_tag(node, path)
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._problem(path, key_node, "a key must be text")
                continue
            key = key_node.value
            if key in values:
                first = self.lines[(*path, key)]
                self._problem(
                    (*path, key), key_node, f"the key stands twice, first in line {first}"
                )
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self._value(value_node, (*path, key))
        return values

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Any:
        self._refuse_tag(node, path)
        text = str(node.value)
        plain = node.style is None and str(node.tag) != _CORE + "str"
        return resolve_scalar(text) if plain else text

    def _refuse_tag(self, node: Node, path: KeyPath) -> None:
        tag = str(node.tag)
        if tag not in _TAGS:
            self._problem(path, node, f"the tag {tag!r} is not allowed", "Write a plain value")

    def _problem(self, path: KeyPath, node: Node, message: str, remedy: str = "") -> None:
        line = node.start_mark.line + 1
        self.problems.append(Problem(show_path(path), message, line, remedy))


def resolve_scalar(text: str) -> Any:
    """The value of a plain (unquoted) scalar.

    >>> [resolve_scalar(text) for text in ("1e-3", "no", "0123", "12:30:45", "~", "-7")]
    [0.001, 'no', '0123', '12:30:45', None, -7]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 40 else float(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _syntax_problem(error: Exception) -> Problem:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        text = " ".join(part for part in (error.context, error.problem) if part)
        return Problem("$", f"not valid YAML: {text}", mark.line + 1 if mark else None)
    return Problem("$", f"not valid YAML: {str(error).splitlines()[0]}")
