"""Configurations resolved to conditions, each once, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ablate.errors import Problem
from ablate.plan.designs.base import BASELINE, RowSpec
from ablate.plan.identity import condition_key
from ablate.plan.types import Condition
from ablate.spec.blame import Mistake, blame
from ablate.spec.config import Config
from ablate.spec.options import Tree, to_tree
from ablate.spec.overrides import apply_overrides
from ablate.spec.study import Draft, resolve
from ablate.spec.yaml_file import KeyPath


def make_condition(config: Config, name: str, baseline: Tree) -> Condition:
    """A condition and its differences from the baseline, whose tree has every default.

    Fields that only the baseline has, since another member stands in their section, are no differences of their own.
    """
    base = dict(_fields(baseline))
    changes = {
        key: value
        for key, value in _fields(to_tree(config))
        if key not in base or value != base[key]
    }
    return Condition(condition_key(config), name, config, changes)


def _fields(tree: Tree) -> Iterator[tuple[str, Any]]:
    for section, values in tree.items():
        if section == "primary":
            continue
        for name, value in (values or {}).items():  # a task may bring its own loss
            yield f"{section}.{name}", value


@dataclass
class Conditions:
    """The conditions of a study, by key; ``problems`` and ``warnings`` gather what is found on the way."""

    draft: Draft
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    by_key: dict[str, Condition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = self.draft.config
        self.full: Mapping[str, Any] = to_tree(config) if config else {}
        self.baseline = condition_key(config) if config else ""
        self.known: list[Mistake] = resolve(self.draft.tree)[1]

    def complain(self, place: KeyPath, message: str, remedy: str = "") -> None:
        """Note a problem."""
        self.problems.append(self.draft.problem(place, message, remedy))

    def warn(self, place: KeyPath, message: str) -> None:
        """Note what is hardly meant."""
        self.warnings.append(self.draft.problem(place, message))

    def resolve_row(self, tree: Tree, row: RowSpec, place: KeyPath) -> Config | None:
        """The configuration of a row over ``tree``; its mistakes become problems."""
        config, mistakes = resolve(apply_overrides(tree, row.overrides))
        origins = {key: (*place, *origin) for key, origin in row.origins.items()}
        for mistake in blame(mistakes, self.known, origins, place):
            self.complain(*mistake)
        return config

    def add(self, config: Config, label: str, ablation: str, *, always_qualify: bool) -> str:
        """The key of a configuration, which is named after the first row that has it.

        ``always_qualify``: the row's configuration is only known after a search, and must not take a name from others.
        """
        key = condition_key(config)
        if key not in self.by_key:
            name = self._name(key, label, ablation, always_qualify=always_qualify)
            self.by_key[key] = make_condition(config, name, self.full)
        return key

    def _name(self, key: str, label: str, ablation: str, *, always_qualify: bool) -> str:
        if key == self.baseline:
            return BASELINE
        taken = {condition.name for condition in self.by_key.values()} | {BASELINE}
        return f"{ablation}: {label}" if always_qualify or label in taken else label
