"""The fields of configurations: which differ, and how their values are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ablate.spec.config import Config
from ablate.spec.options import Options, to_tree
from ablate.spec.text import show_value

#: Sections that cannot change how a row is trained.
REPORTING = frozenset(["primary", "label_spaces", "probes", "representations"])

#: What no value equals.
_NOTHING = object()

#: Dotted field to value, of one configuration.
Fields = Mapping[str, Any]


def fields_of(config: Config) -> Fields:
    """Every field that can change what a configuration trains."""
    sections = {name: getattr(config, name) for name in type(config).model_fields}
    return {
        f"{section}.{name}": item
        for section, value in sections.items()
        if section not in REPORTING and value is not None
        for name, item in (value if isinstance(value, Mapping) else dict(value)).items()
    }


def differing(configs: Sequence[Config]) -> tuple[str, ...]:
    """The fields in which two configurations differ, in the order of the sections.

    A field that only some have, since others have another member in its section, counts where it is not at its
    default.
    """
    rows = [fields_of(config) for config in configs]
    every = dict.fromkeys(field for row in rows for field in row)
    order = list(dict.fromkeys(field.partition(".")[0] for field in every))
    found = [field for field in every if _differs(field, configs, rows)]
    return tuple(sorted(found, key=lambda field: order.index(field.partition(".")[0])))


def compact(value: Any) -> str:
    """A value as people write it: members by name, and of their fields those that are not at their defaults.

    >>> compact((0.1, None, "adam"))
    '[0.1, null, adam]'
    """
    if isinstance(value, Options):
        return _member(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(compact, value)) + "]"
    return whole(value)


def whole(value: Any) -> str:
    """A value with every default, however long."""
    return show_value(to_tree(value), most=1_000_000)


def _member(member: Options) -> str:
    given = dict(member)
    name = given.pop("name", None)
    changed = {
        key: item
        for key, item in given.items()
        if repr(to_tree(item)) != repr(_default(member, key))
    }
    if name is None:
        return compact(changed)
    return f"{name} {compact(changed)}" if changed else str(name)


def _differs(field: str, configs: Sequence[Config], rows: Sequence[Fields]) -> bool:
    values = {repr(to_tree(row[field])) for row in rows if field in row}
    if len(values) > 1:
        return True
    owners = [config for config, row in zip(configs, rows, strict=True) if field in row]
    section, _, name = field.partition(".")
    usual = repr(_default(getattr(owners[0], section), name))
    return len(owners) < len(rows) and usual not in values


def _default(member: Any, field: str) -> Any:
    """The value of a field that nobody sets; :data:`_NOTHING` where it must be set."""
    info = type(member).model_fields.get(field) if isinstance(member, Options) else None
    if info is None or info.is_required():
        return _NOTHING
    return to_tree(info.get_default(call_default_factory=True, validated_data={}))
