"""Why planned trials count as new: how each differs from the nearest one that is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ablate.plan.types import Trial
from ablate.record.inventory import recorded_runs
from ablate.record.reader import find_finished
from ablate.record.redact import redact_yaml
from ablate.results import Status, TrialResult
from ablate.runner.cards import config_yaml
from ablate.runner.identities import fingerprints
from ablate.runner.study import Study
from ablate.runner.upkeep.changes import config_changes, irrelevant_fields
from ablate.runner.upkeep.configs import parse_config, read_tree
from ablate.spec.options import Tree


@dataclass(frozen=True, slots=True)
class New:
    """Seeds of a condition that have no result, and why, for the same reason."""

    condition: str
    seeds: tuple[int, ...]
    reason: str

    def __str__(self) -> str:
        """One line.

        >>> str(New("Batch norm", (0, 1), "new: optimizer.lr 0.001 -> 0.01"))
        'Batch norm, seeds 0, 1: new: optimizer.lr 0.001 -> 0.01'
        """
        word = "seed" if len(self.seeds) == 1 else "seeds"
        return f"{self.condition}, {word} {', '.join(map(str, self.seeds))}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a run would train and why, and the names of recorded trials that the plan no longer has."""

    new: tuple[New, ...]
    removed: tuple[str, ...]


def difference(study: Study) -> Difference:
    """Compare a study with its records. Nothing that the study names is executed.

    Raises:
        DataError: the data is not on this machine, so that its fingerprint is unknown.
        RecordError: the records cannot be read.
    """
    missing = study.missing()
    compared = _Comparison(study)
    adopted = find_finished(study.store, [study.identities[trial] for trial in missing])
    reasons: dict[tuple[str, str], list[int]] = {}
    order = list(study.plan.conditions)
    for trial in sorted(missing, key=lambda item: order.index(item.condition)):
        source = adopted.get(study.identities[trial])
        taken = source and f"the study '{source[0]}' has its result, which is taken over"
        reason = taken or compared.reason(trial)
        name = study.plan.conditions[trial.condition].name
        reasons.setdefault((name, reason), []).append(trial.seed)
    new = tuple(New(name, tuple(seeds), reason) for (name, reason), seeds in reasons.items())
    return Difference(new, tuple(item.name for item in compared.removed))


class _Comparison:
    """The trials of a plan against all that is recorded of its study."""

    def __init__(self, study: Study) -> None:
        self._study = study
        searches = {search.key for search in study.plan.searches}
        planned = set(study.identities.values())
        self._recorded = study.recorded()
        self._by_identity = self._recorded.by_identity()
        self.removed = [
            item
            for item in self._recorded
            if item.identity not in planned and not searches & item.searched_by
        ]
        self._gone = {item.identity for item in self.removed}
        self._trees: dict[str, Tree | None] = {}
        self._planned_trees: dict[str, Tree] = {}
        self._known_changes: dict[tuple[str, str], tuple[str, ...]] = {}

    def reason(self, trial: Trial) -> str:
        """Why a trial has no result."""
        known = self._by_identity.get(self._study.identities[trial])
        if known is not None:
            pruned = known.status is Status.PRUNED
            return "pruned before, and not now" if pruned else "interrupted: it goes on"
        nearest = min(
            ((self._rank(trial, item), item) for item in self._recorded),
            key=lambda pair: pair[0],
            default=None,
        )
        if nearest is None:
            return "new: nothing is recorded of this study"
        return f"new: {'; '.join(self._reasons(trial, nearest[1]))}"

    def _rank(self, trial: Trial, item: TrialResult) -> tuple[object, ...]:
        """How far a recorded trial is from a planned one; the nearest is the least.

        What the row was before it was edited is nearer than any other row.
        """
        gone = item.identity in self._gone
        same_row = gone and _row(item.name) == self._name(trial)
        return (
            not same_row,
            len(self._changes(trial, item)),
            not gone,
            item.seed != trial.seed,
            item.fingerprint != self._fingerprints[trial.condition],
            item.status is not Status.FINISHED,
            -item.start_ms,
            item.identity,
        )

    def _reasons(self, trial: Trial, item: TrialResult) -> list[str]:
        changes = list(self._changes(trial, item))
        found = changes
        if changes and item.identity not in self._gone:
            found = [f"a new row: {', '.join(changes)} compared with {_row(item.name)}"]
        elif not changes and item.condition != trial.condition:
            found = ["the version of the meaning of configurations changed"]
        if not any(change.startswith("data.name ") for change in changes):
            found = [*found, *self._data_change(trial, item)]
        if not found and item.seed != trial.seed:
            return ["a new seed"]
        return found or self._file_changes(trial)

    def _data_change(self, trial: Trial, item: TrialResult) -> list[str]:
        now, before = self._fingerprints[trial.condition], item.fingerprint
        if now == before:
            return []
        dataset = self._study.plan.config(trial).dataset
        return [f"data changed: fingerprint {before[:8] or 'none'} -> {now[:8]} ({dataset})"]

    def _file_changes(self, trial: Trial) -> list[str]:
        """Nothing else differs: the bytes of a file that the configuration names do."""
        config = self._study.plan.config(trial)
        if config.training is None:
            return ["the bytes of its script changed"]
        names = [path.name for path in config.training.model.files()]
        names += [file.path.name for file in config.training.plugins]
        return [f"the bytes of {', '.join(names)} changed"] if names else ["its identity changed"]

    def _changes(self, trial: Trial, item: TrialResult) -> tuple[str, ...]:
        pair = (trial.condition, item.condition)
        if pair not in self._known_changes:
            self._known_changes[pair] = self._compare(trial, item)
        return self._known_changes[pair]

    def _compare(self, trial: Trial, item: TrialResult) -> tuple[str, ...]:
        if item.condition == trial.condition:
            return ()
        recorded = self._recorded_tree(item)
        if recorded is None:
            return ("its recorded configuration cannot be read",)
        config = self._study.plan.config(trial)
        return config_changes(self._planned_tree(trial), recorded, irrelevant_fields(config))

    def _planned_tree(self, trial: Trial) -> Tree:
        """As it would be recorded: without secrets, and as YAML gives it back."""
        key = trial.condition
        if key not in self._planned_trees:
            text = redact_yaml(config_yaml(self._study.plan.config(trial)))
            self._planned_trees[key] = parse_config(text)
        return self._planned_trees[key]

    def _recorded_tree(self, item: TrialResult) -> Tree | None:
        if item.condition not in self._trees:
            folder = self._folders.get(item.run_id)
            self._trees[item.condition] = read_tree(folder) if folder else None
        return self._trees[item.condition]

    @cached_property
    def _folders(self) -> Mapping[str, Path | None]:
        """Run to the folder of its artifacts."""
        runs = recorded_runs(self._study.store, self._study.plan.study)
        return {run.row.run_id: run.artifacts for run in runs}

    @cached_property
    def _fingerprints(self) -> Mapping[str, str]:
        return fingerprints(self._study.plan, self._study.place)

    def _name(self, trial: Trial) -> str:
        return self._study.plan.conditions[trial.condition].name


def _row(name: str) -> str:
    """The name of a trial without its seed.

    >>> _row("Batch norm, seed 0")
    'Batch norm'
    """
    return name.rpartition(", seed ")[0] or name
