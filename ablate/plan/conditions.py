"""Configurations resolved to conditions, each once, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ablate.errors import Problem, did_you_mean
from ablate.plan.designs.base import BASELINE, RowSpec
from ablate.plan.identity import condition_key
from ablate.plan.types import Condition, Upstream
from ablate.spec.blame import Mistake, blame
from ablate.spec.config import Config
from ablate.spec.options import Tree
from ablate.spec.overrides import apply_overrides
from ablate.spec.stages import config_tree, resolve, study_tree
from ablate.spec.study import Draft
from ablate.spec.yaml_file import KeyPath


def make_condition(config: Config, name: str, baseline: Tree) -> Condition:
    """A condition and its differences from the baseline, whose tree has every default and every stage.

    Fields that only the baseline has, since another member stands in their section, are no differences of their own.
    """
    base = dict(_fields(baseline))
    changes = {
        key: value
        for key, value in _fields(config_tree(config))
        if key not in base or value != base[key]
    }
    return Condition(condition_key(config), name, config, changes, _upstream(config))


def _upstream(config: Config) -> Upstream | None:
    stage = config.training.upstream if config.training is not None else None
    return None if stage is None else Upstream(condition_key(stage.config), stage.shared)


def _fields(tree: Tree) -> Iterator[tuple[str, Any]]:
    for section, values in tree.items():
        if section == "stages":
            for stage, sections in values.items():
                yield from ((f"stages.{stage}.{name}", item) for name, item in _fields(sections))
        elif section != "primary" and isinstance(values, Mapping):
            for name, value in values.items():
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
        self.full: Mapping[str, Any] = study_tree(config) if config else {}
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
        origins = {key: (*place, *origin) for key, origin in row.origins.items()}
        if self._names_no_stage(origins):
            return None
        config, mistakes = resolve(apply_overrides(tree, row.overrides))
        for mistake in blame(mistakes, self.known, origins, place):
            self.complain(*mistake)
        return config

    def _names_no_stage(self, origins: Mapping[str, KeyPath]) -> bool:
        """Complain of fields of stages that the study does not have."""
        stages = self.draft.stages
        wrong = False
        for name, place in origins.items():
            root, _, rest = name.partition(".")
            stage = rest.partition(".")[0]
            if root == "stages" and stage not in stages:
                hint = did_you_mean(stage, stages) or "Describe it under stages"
                self.complain(place, f"no stage is called '{stage}'", hint)
                wrong = True
        return wrong

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
