"""What differs between two configurations, and could change a result. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ablate.spec.config import Config
from ablate.spec.options import NotIdentity, Options, Tree
from ablate.spec.text import show_value

#: Stands for a field that one of the two does not have.
ABSENT = "-"


def config_changes(planned: Tree, recorded: Tree, irrelevant: frozenset[str]) -> tuple[str, ...]:
    """The dotted fields in which a planned configuration differs from a recorded one, with both values.

    Another member of a section is one change: its other fields follow from that. ``irrelevant`` are fields and
    sections that cannot change a result.

    >>> old = {"model": {"name": "basenet", "dropout": 0.0}, "optimizer": {"lr": 0.001}}
    >>> new = {"model": {"name": "timm/resnet18"}, "optimizer": {"lr": 0.01}}
    >>> config_changes(new, old, frozenset())
    ('model.name basenet -> timm/resnet18', 'optimizer.lr 0.001 -> 0.01')
    """
    return tuple(
        f"{path} {_shown(before)} -> {_shown(now)}"
        for path, before, now in _differences(planned, recorded, "")
        if not any(path == field or path.startswith(f"{field}.") for field in irrelevant)
    )


def irrelevant_fields(config: Config) -> frozenset[str]:
    """The dotted fields of a configuration that cannot change its result, the metric to report included."""
    fields = set(_unhashed(config, ""))
    if not config.monitors:
        fields |= {"primary", "primary.metric", "primary.direction"}
    return frozenset(fields)


def _differences(now: Any, before: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if not isinstance(now, Mapping) or not isinstance(before, Mapping) or not (now and before):
        if now != before:
            yield path, before, now
        return
    prefix = f"{path}." if path else ""
    renamed = path != "" and now.get("name") != before.get("name")
    for key in ("name",) if renamed else dict.fromkeys((*now, *before)):
        yield from _differences(now.get(key, ABSENT), before.get(key, ABSENT), f"{prefix}{key}")


def _unhashed(options: Options, prefix: str) -> Iterator[str]:
    for name, field in type(options).model_fields.items():
        value = getattr(options, name)
        if any(isinstance(mark, NotIdentity) for mark in field.metadata):
            yield f"{prefix}{name}"
        elif isinstance(value, Options):
            yield from _unhashed(value, f"{prefix}{name}.")


def _shown(value: Any) -> str:
    return value if value == ABSENT else show_value(value)
