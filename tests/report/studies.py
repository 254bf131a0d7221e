"""Small plans and results, built without files, training or data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ablate.plan.types import AblationPlan, Condition, Contrast, Plan, Row, Trial
from ablate.results import ResultSet, Status, TrialResult
from ablate.spec.config import TrialConfig
from ablate.spec.options import Options
from ablate.spec.primary import Primary
from ablate.spec.sections import TrainOptions
from ablate.tasks.classification import Classification

SEEDS = (0, 1, 2)


class Data(Options):
    name: str = "fashion-mnist"
    batch_size: int = 64
    classes: Mapping[str, tuple[str, ...]] | str | None = None


class Model(Options):
    name: str = "basenet"
    hidden: tuple[int, ...] = (12,)
    dropout: float = 0.0


class Loss(Options):
    name: str = "cross_entropy"


class Scheduler(Options):
    name: str = "constant"


class Optimizer(Options):
    name: str = "adam"
    lr: float = 0.001


@dataclass(frozen=True)
class RowDraft:
    """A row to be: what it changes, and what it is compared with."""

    label: str
    changes: Mapping[str, Any]
    reference: str | None
    previous: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)


def config(
    primary: str = "val/accuracy",
    train: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    **more: Any,
) -> TrialConfig:
    """A configuration that no file could describe; ``more`` are sections such as ``task`` and ``data``."""
    sections = {
        "data": Data(),
        "model": Model(),
        "loss": Loss(),
        "optimizer": Optimizer(),
        "scheduler": Scheduler(),
        **more,
    }
    sections.setdefault("task", Classification())
    sections.setdefault("label_spaces", {})
    for path, value in (changes or {}).items():
        section, _, name = path.partition(".")
        if section in sections and name in type(sections[section]).model_fields:
            sections[section] = sections[section].model_copy(update={name: value})
    return TrialConfig.model_construct(
        **sections, train=TrainOptions(**(train or {})), primary=Primary(metric=primary)
    )


def make_plan(
    rows: Sequence[RowDraft],
    *,
    design: str = "variants",
    name: str = "components",
    seeds: Sequence[int] = SEEDS,
    primary: str = "val/accuracy",
    train: Mapping[str, Any] | None = None,
    notes: tuple[str, ...] = (),
    min_effect: float | None = None,
    description: str = "",
    contrasts: Sequence[Contrast] = (),
    **sections: Any,
) -> Plan:
    """A study of one ablation; each row's condition is keyed ``key LABEL``."""
    conditions = {
        f"key {row.label}": Condition(
            f"key {row.label}",
            row.label,
            config(primary, train, row.changes, **sections),
            row.changes,
        )
        for row in rows
    }
    axes: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for factor, level in row.levels.items():
            axes[factor] = tuple(dict.fromkeys((*axes.get(factor, ()), level)))
    ablation = AblationPlan(
        name=name,
        design=design,
        rows=tuple(Row(r.label, f"key {r.label}", r.reference, r.previous, r.levels) for r in rows),
        factors=tuple(dict.fromkeys(field for row in rows for field in row.changes)),
        notes=notes,
        min_effect=min_effect,
        axes=axes,
        contrasts=tuple(contrasts),
    )
    trials = tuple(Trial(key, seed, f"{key}, seed {seed}") for seed in seeds for key in conditions)
    baseline = f"key {rows[0].label}"
    return Plan("basenet", description, baseline, tuple(seeds), conditions, (ablation,), trials)


def with_seeds(plan: Plan, label: str, seeds: Iterable[int]) -> Plan:
    """The plan with other seeds for one row."""
    key = f"key {label}"
    others = [trial for trial in plan.trials if trial.condition != key]
    own = [Trial(key, seed, f"{key}, seed {seed}") for seed in seeds]
    return replace(plan, trials=(*others, *own))


def finished(
    label: str, seed: int, value: float, metric: str = "val/accuracy", **more: Any
) -> TrialResult:
    """A finished trial; ``more`` are fields of the result, ``metrics`` further metrics."""
    metrics = {metric: value, **more.pop("metrics", {})}
    measured = {"parameters": 4414.0, "duration_s": 61.5, **more.pop("measured", {})}
    return TrialResult(
        identity=f"id {label} {seed}",
        condition=f"key {label}",
        seed=seed,
        status=Status.FINISHED,
        metrics=metrics,
        measured=measured,
        **{"device": "cpu", "fingerprint": "f", **more},
    )


def unfinished(label: str, seed: int, status: Status, reason: str = "") -> TrialResult:
    return TrialResult(f"id {label} {seed}", f"key {label}", seed, status, reason)


def results(values: Mapping[str, Sequence[float]], **more: Any) -> ResultSet:
    """One finished trial per value, the seeds counted from 0."""
    return ResultSet(
        "basenet",
        tuple(
            finished(label, seed, value, **more)
            for label, row in values.items()
            for seed, value in enumerate(row)
        ),
    )
