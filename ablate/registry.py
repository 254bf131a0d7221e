"""Names to members: each folder holds one :class:`Table` with one sorted line per member.

A line maps a name to ``"module:attribute"``, which is imported only when the name is asked for, so
that listing names and reading study files stay fast. A line ``"timm/*"`` maps a whole family of names to
a :class:`Family`.

A study's plugins lay members of their own over the tables, for as long as that study is read or run: :func:`overlay`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Protocol

from ablate.errors import did_you_mean

#: Where the table of each kind of member stands.
TABLES: dict[str, str] = {
    "augmentation": "ablate.data.augment:TABLE",
    "data set": "ablate.data:TABLE",
    "design": "ablate.plan.designs:TABLE",
    "loss": "ablate.losses:TABLE",
    "metric": "ablate.metrics:TABLE",
    "model": "ablate.models:TABLE",
    "optimizer": "ablate.optim:OPTIMIZERS",
    "pruner": "ablate.plan.search.pruners:TABLE",
    "sampler": "ablate.plan.search.samplers:TABLE",
    "scheduler": "ablate.optim:SCHEDULERS",
    "task": "ablate.tasks:TABLE",
}


#: Kind and name to member: what the plugins of the study at hand add to the tables.
Members = Mapping[tuple[str, str], Any]

_OVERLAY: ContextVar[Members] = ContextVar("members of plugins", default=MappingProxyType({}))


@contextmanager
def overlay(members: Members) -> Iterator[None]:
    """Let every table know these members too, inside the ``with`` block and nowhere else.

    They replace those of an outer block, so that the members of one study never appear in another.

    >>> with overlay({("metric", "kappa"): "a metric of one's own"}):
    ...     table("metric").get("kappa"), overlaid("metric")
    ("a metric of one's own", {'kappa': "a metric of one's own"})
    >>> overlaid("metric")
    {}
    """
    token = _OVERLAY.set(members)
    try:
        yield
    finally:
        _OVERLAY.reset(token)


def overlaid(kind: str) -> dict[str, Any]:
    """Name to member of what plugins add to one kind, in the order of their files."""
    return {name: member for (own, name), member in _OVERLAY.get().items() if own == kind}


class Family(Protocol):
    """Many members that share one implementation, such as every classifier of a library."""

    def names(self) -> tuple[str, ...]:
        """The known names, without the family's prefix, sorted."""

    def member(self, name: str) -> Any | None:
        """The member of that name (without the prefix); ``None`` if there is none."""


class UnknownName(LookupError):
    """A name that no line of a table holds; the text names the nearest valid ones."""


def load(target: str) -> Any:
    """Import ``"module:attribute"``."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


class Table:
    """The members of one kind.

    >>> table = Table("colour", {"black": "ablate.errors:DataError"})
    >>> table.names()
    ('black',)
    >>> table.get("blak")
    Traceback (most recent call last):
    ablate.registry.UnknownName: unknown colour 'blak'. Did you mean 'black'?
    """

    def __init__(self, kind: str, members: Mapping[str, str]) -> None:
        self.kind = kind
        self._members = dict(members)

    def own_names(self) -> tuple[str, ...]:
        """The names that have a line of their own, sorted."""
        return tuple(sorted(name for name in self._members if not name.endswith("*")))

    def targets(self) -> dict[str, str]:
        """Name to ``"module:attribute"`` of the members that have a line of their own."""
        return {name: self._members[name] for name in self.own_names()}

    def families(self) -> dict[str, Family]:
        """Prefix (may be empty) to family."""
        return {
            name[:-1]: load(target) for name, target in self._members.items() if name.endswith("*")
        }

    def names(self) -> tuple[str, ...]:
        """Every known name, those of families and plugins included, sorted."""
        names = [*self.own_names(), *overlaid(self.kind)]
        for prefix, family in self.families().items():
            names += [prefix + name for name in family.names()]
        return tuple(sorted(names))

    def get(self, name: str) -> Any:
        """The member called ``name``.

        Raises:
            UnknownName: no such member; the text suggests the nearest names.
        """
        added = overlaid(self.kind)
        if name in added:
            return added[name]
        if name in self._members and not name.endswith("*"):
            return load(self._members[name])
        for prefix, family in self.families().items():
            if name.startswith(prefix):
                member = family.member(name[len(prefix) :])
                if member is not None:
                    return member
        hint = did_you_mean(name, self.names()) or f"'ablate list' prints every {self.kind}"
        raise UnknownName(f"unknown {self.kind} {name!r}. {hint}")


def table(kind: str) -> Table:
    """The table of one kind of member (a key of :data:`TABLES`)."""
    found: Table = load(TABLES[kind])
    return found
