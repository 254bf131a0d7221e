"""A study's draft to its plan: every ablation expanded, every condition resolved, each trial once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from ablate.errors import Problem, StudyError, UsageError, did_you_mean
from ablate.plan.designs.base import BASELINE, Baseline, Design, Expansion, RowSpec
from ablate.plan.identity import condition_key
from ablate.plan.rows import arrange_rows
from ablate.plan.types import AblationPlan, Condition, Plan, Trial
from ablate.spec.blame import Mistake, blame
from ablate.spec.config import TrialConfig
from ablate.spec.member import Member
from ablate.spec.options import to_tree
from ablate.spec.overrides import apply_overrides
from ablate.spec.study import Draft, resolve, validate
from ablate.spec.yaml_file import KeyPath

_ANY_DESIGN = Annotated[Design, Member("design", key="design")]


def compile_plan(draft: Draft, only: Collection[str] = ()) -> Plan:
    """The plan of a study, or of some of its ablations.

    Raises:
        StudyError: with every problem of the file.
        UsageError: ``only`` names no ablation of the study.
    """
    for name in only:
        if name not in draft.ablations:
            hint = did_you_mean(name, draft.ablations)
            raise UsageError(f"--only {name}: no such ablation. {hint}")
    compiler = _Compiler(draft)
    ablations = [compiler.ablation(name, value) for name, value in draft.ablations.items()]
    problems = [*draft.problems, *compiler.problems]
    if problems or draft.config is None or draft.header is None:
        raise StudyError(draft.document.file, _distinct(problems))
    kept = [item for item in ablations if item is not None and (not only or item.name in only)]
    return _plan(draft, kept, compiler)


@dataclass
class _Compiler:
    """Resolves conditions once each and collects problems and warnings."""

    draft: Draft
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    conditions: dict[str, Condition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = self.draft.config
        self.full: Mapping[str, Any] = to_tree(config) if config else {}
        self.baseline = condition_key(config) if config else ""
        self.known: list[Mistake] = resolve(self.draft.tree)[1]

    def ablation(self, name: str, value: Any) -> AblationPlan | None:
        place: KeyPath = ("ablations", name)
        design, mistakes = validate(_ANY_DESIGN, value)
        if mistakes:
            for path, message, remedy in mistakes:
                self.problems.append(self.draft.problem((*place, *path), message, remedy))
            return None
        expansion = design.expand(Baseline(self.draft.tree, self.full))
        if self._labels_clash(expansion, place):
            return None
        keys = {row.label: self._condition(row, place, name) for row in expansion.rows}
        if None in keys.values():
            return None
        return self._arranged(name, design, expansion, {k: v for k, v in keys.items() if v})

    def _arranged(
        self, name: str, design: Design, expansion: Expansion, keys: Mapping[str, str]
    ) -> AblationPlan | None:
        place: KeyPath = ("ablations", name)
        for row in expansion.rows:
            wanted = design.reference or row.reference
            if wanted is not None and wanted not in keys:
                hint = did_you_mean(wanted, keys)
                where = (*place, "reference") if design.reference else (*place, "rows", row.label)
                self.problems.append(
                    self.draft.problem(where, f"the reference '{wanted}' is not a row", hint)
                )
                return None
        rows, remarks = arrange_rows(expansion.rows, keys, self.baseline, design.reference)
        self.warnings += [self.draft.problem(place, remark) for remark in remarks]
        return AblationPlan(
            name,
            design.design,
            rows,
            expansion.factors,
            expansion.notes,
            design.description,
            design.min_effect,
        )

    def _labels_clash(self, expansion: Expansion, place: KeyPath) -> bool:
        labels = [row.label for row in expansion.rows]
        twice = {label for index, label in enumerate(labels) if label in labels[:index]}
        for label in sorted(twice):
            rule = f"two rows are called '{label}'"
            self.problems.append(self.draft.problem(place, rule, "Give each a name of its own"))
        return bool(twice)

    def _condition(self, row: RowSpec, place: KeyPath, ablation: str) -> str | None:
        config, mistakes = resolve(apply_overrides(self.draft.tree, row.overrides))
        if config is None:
            origins = {key: (*place, *origin) for key, origin in row.origins.items()}
            found = blame(mistakes, self.known, origins, place)
            self.problems += [self.draft.problem(*mistake) for mistake in found]
            return None
        key = condition_key(config)
        if key not in self.conditions:
            name = BASELINE if key == self.baseline else self._free_name(row.label, ablation)
            self.conditions[key] = Condition(key, name, config, self._changes(config))
        return key

    def _free_name(self, label: str, ablation: str) -> str:
        taken = {condition.name for condition in self.conditions.values()} | {BASELINE}
        return f"{ablation}: {label}" if label in taken else label

    def _changes(self, config: TrialConfig) -> dict[str, Any]:
        base, full = dict(_fields(self.full)), dict(_fields(to_tree(config)))
        return {
            key: full.get(key)
            for key in dict.fromkeys((*full, *base))
            if full.get(key) != base.get(key)
        }


def _fields(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, values in tree.items():
        if section == "primary":
            continue
        for name, value in values.items():
            yield f"{section}.{name}", value


def _plan(draft: Draft, ablations: list[AblationPlan], compiler: _Compiler) -> Plan:
    assert draft.header is not None  # noqa: S101  (compile_plan has checked it)
    used = dict.fromkeys(row.condition for ablation in ablations for row in ablation.rows)
    conditions = {key: compiler.conditions[key] for key in used}
    seeds: Any = draft.header.seeds
    trials = tuple(
        Trial(key, seed, f"{condition.name}, seed {seed}")
        for seed in seeds
        for key, condition in conditions.items()
    )
    return Plan(
        draft.name,
        draft.header.description,
        compiler.baseline,
        seeds,
        conditions,
        tuple(ablations),
        trials,
        tuple(compiler.warnings),
    )


def _distinct(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
