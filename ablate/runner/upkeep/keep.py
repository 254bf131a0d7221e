"""Which weights stay on disk when a study is complete."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import get_args

from ablate.errors import UsageError, did_you_mean
from ablate.plan.types import AblationPlan, Plan
from ablate.record.inventory import DROPPED, WEIGHTS, RecordedRun, recorded_runs
from ablate.record.keys import CONDITION, IDENTITY
from ablate.record.store import Store
from ablate.results import ResultSet, Status
from ablate.runner.study import Study
from ablate.runner.summary import Keep
from ablate.runner.upkeep.manifest import WEIGHTS_FILES, read_manifest

POLICIES: tuple[Keep, ...] = get_args(Keep)


@dataclass(frozen=True, slots=True)
class Freed:
    """How many files were deleted, and the bytes that this gave back to the disk."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Droppable:
    """Weights that need not stay. ``bytes`` is 0 where another study's run has the same file."""

    run_id: str
    trial: str
    path: Path
    bytes: int


def parse_keep(text: str) -> Keep:
    """The policy of that name.

    Raises:
        UsageError: there is none.
    """
    for policy in POLICIES:
        if text == policy:
            return policy
    raise UsageError(f"--keep {text}: no such policy. {did_you_mean(text, POLICIES)}")


def apply_keep(study: Study, policy: Keep) -> Freed:
    """Delete the weights that a complete study need not keep. Hold the study's lock.

    ``best`` keeps those of each ablation's reference and of its best row, every seed, and those of stages, which rows
    to come may start from; ``none`` keeps none.

    Nothing happens while a trial, a row or a search of the study is missing: any row may still become the best.

    Raises:
        RecordError: the records cannot be read or written.
        OSError: a file cannot be deleted.
    """
    return drop(study.store, study.plan.study, droppable(study, policy))


def drop(store: Store, study: str, files: Sequence[Droppable]) -> Freed:
    """Delete weights, each after its run was tagged, so that none is ever missing without a note.

    Raises:
        RecordError: the records cannot be written.
        OSError: a file cannot be deleted.
    """
    if files:
        from ablate.record.mlflow_recorder import MlflowRecorder

        recorder = MlflowRecorder(store, study)
        for item in files:
            recorder.tag(item.run_id, {DROPPED: WEIGHTS})
            item.path.unlink(missing_ok=True)
    return Freed(len(files), sum(item.bytes for item in files))


def droppable(study: Study, policy: Keep) -> tuple[Droppable, ...]:
    """The weights that :func:`apply_keep` deletes."""
    if policy == "all" or not _is_complete(study):
        return ()
    results = study.results()
    kept = set[str]()
    if policy == "best":
        kept = best_conditions(study.plan, results) | study.plan.upstream_conditions
    return weights_of(_others(study, results, kept))


def weights_of(runs: Iterable[RecordedRun]) -> tuple[Droppable, ...]:
    """The weights of finished runs, as far as their own manifests list them."""
    return tuple(item for run in runs for item in _weights(run))


def best_conditions(plan: Plan, results: ResultSet) -> set[str]:
    """The conditions of every ablation's reference and best row, by the mean of the primary metric."""
    values: dict[str, list[float]] = {}
    for result in results:
        value = result.metrics.get(plan.primary.metric, math.nan)
        if result.status is Status.FINISHED and math.isfinite(value):
            values.setdefault(result.condition, []).append(value)
    means = {condition: mean(found) for condition, found in values.items()}
    return {
        condition for ablation in plan.ablations for condition in _worthy(plan, ablation, means)
    }


def _worthy(plan: Plan, ablation: AblationPlan, means: dict[str, float]) -> Iterator[str]:
    yield from (row.condition for row in ablation.rows if row.reference is None)
    known = [row.condition for row in ablation.rows if row.condition in means]
    if known:
        yield (max if plan.primary.maximize else min)(known, key=means.__getitem__)


def _is_complete(study: Study) -> bool:
    """Whether all that the study file asks for is settled; never when only some ablations are looked at."""
    plan = study.plan
    whole = {ablation.name for ablation in plan.ablations} >= set(study.draft.ablations)
    if not whole or any(ablation.waiting for ablation in plan.ablations):
        return False
    return study.is_done()


def _others(study: Study, results: ResultSet, kept: set[str]) -> Iterator[RecordedRun]:
    """The runs of the plan and of its searches that are of no condition to be kept."""
    planned = {result.identity for result in results}
    searches = {search.key for search in study.plan.searches}
    searched = {item.identity for item in study.recorded() if searches & item.searched_by}
    for run in recorded_runs(study.store, study.plan.study):
        ours = run.row.tags[IDENTITY] in planned | searched
        if ours and run.row.tags.get(CONDITION) not in kept:
            yield run


def _weights(run: RecordedRun) -> Iterator[Droppable]:
    folder = run.artifacts
    if run.row.status is not Status.FINISHED or folder is None or _is_link(folder):
        return
    try:
        manifest = read_manifest(folder)
    except ValueError:
        return  # 'ablate verify' names it; what is not listed is not deleted
    listed = manifest.files if manifest is not None else {}
    for path in (folder / name for name in WEIGHTS_FILES if name in listed):
        if path.exists() and stat.S_ISREG((found := path.lstat()).st_mode):
            freed = found.st_size if found.st_nlink == 1 else 0
            yield Droppable(run.row.run_id, run.row.name, path, freed)


def _is_link(folder: Path) -> bool:
    return folder.is_symlink() or folder.parent.is_symlink()
