"""Validation errors as sentences: what is wrong, the value, the rule, the remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ablate.errors import did_you_mean
from ablate.spec.text import show_value
from ablate.spec.yaml_file import KeyPath

_TYPES = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "none_required": "must be null",
    "finite_number": "must be a finite number",
}
_LIMITS = {
    "greater_than": ("gt", "must be greater than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}


def sentences(error: ValidationError) -> list[tuple[KeyPath, str, str]]:
    """Each mistake as (path, message, remedy); alternatives of one field become one sentence."""
    found: dict[KeyPath, tuple[str, str]] = {}
    for item in error.errors():
        path = tuple(key for key in item["loc"] if not _is_branch(key))
        message, remedy = _sentence(item)
        if path in found and found[path][0] != message:
            message, remedy = _join(found[path][0], message), found[path][1] or remedy
        found[path] = (message, remedy)
    return [(path, message, remedy) for path, (message, remedy) in found.items()]


def _is_branch(key: Any) -> bool:
    # pydantic names the branch of a union ("int", "tuple[int, int]") inside the path
    names = ("int", "float", "str", "bool", "none", "Normalization")
    return isinstance(key, str) and (key in names or "[" in key)


def _sentence(item: Mapping[str, Any]) -> tuple[str, str]:
    kind, context = str(item["type"]), item.get("ctx", {})
    value = show_value(item["input"])
    if kind == "unknown_key":
        return f"unknown key '{context['key']}'", context["remedy"]
    if kind == "missing":
        return str(item["msg"]) if "needs" in item[
            "msg"
        ] else f"needs the key '{item['loc'][-1]}'", ""
    if kind in _LIMITS:
        name, rule = _LIMITS[kind]
        limit = context[name]
        shown = int(limit) if limit == int(limit) else limit
        return f"{rule} {show_value(shown)}, not {value}", ""
    if kind == "too_short":
        return f"needs at least {context['min_length']}, and has {context['actual_length']}", ""
    if kind == "literal_error":
        rule = f"must be one of {context['expected'].replace(' or ', ', ')}, not {value}"
        hint = did_you_mean(str(item["input"]), re.findall(r"'([^']+)'", context["expected"]))
        return rule, hint if hint.startswith("Did") else ""  # the rule lists them all
    if kind in _TYPES:
        return f"{_TYPES[kind]}, not {value}", _type_remedy(item["input"])
    return str(item["msg"]), str(context.get("remedy", ""))


def _type_remedy(value: Any) -> str:
    if isinstance(value, str) and value[:1] == "0" and value.isdigit():
        return "Numbers have no leading zero"
    if isinstance(value, str) and value in ("yes", "no", "on", "off"):
        return "Write true or false"
    return ""


def _join(first: str, second: str) -> str:
    head, _, tail = first.rpartition(", not ")
    other = second.rpartition(", not ")[0].removeprefix("must be ")
    return f"{head} or {other}, not {tail}" if head and other not in head else first
