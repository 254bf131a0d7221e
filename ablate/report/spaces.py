"""The classes behind a row's numbers: whether rows tell the same ones apart, and in which space all are scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ablate.spec.config import Config, TrialConfig
from ablate.spec.labels import Groups, grouped_labels
from ablate.spec.primary import Primary

if TYPE_CHECKING:
    from ablate.report.rows import RowResults

#: Classes as the sets of the data set's classes that each is made of.
ClassSet = frozenset[frozenset[str]]


def groups_of(row: RowResults) -> Groups | None:
    """The classes of a row's networks, made of the data set's; ``None``: those of the data set, or not known."""
    training = row.condition.config.training
    return training.groups if training is not None else None


def class_names(row: RowResults) -> tuple[str, ...]:
    """The classes of a row's networks, in their order; empty where nothing says."""
    for trial in row.finished:
        if trial.classes:
            return trial.classes
    return tuple(groups_of(row) or ())


def class_set(row: RowResults) -> ClassSet | None:
    """The classes of a row's networks, whatever they are called; ``None`` where nothing says."""
    groups = groups_of(row)
    if groups is not None:
        return frozenset(map(frozenset, groups.values()))
    return frozenset(frozenset((name,)) for name in class_names(row)) or None


def comparable(row: RowResults, other: RowResults, metric: Primary) -> bool:
    """Whether the metric is about the same classes in both rows.

    It is in a label space, which is the same for all; what is of one class needs the same members of this class,
    and the same classes counted at all; everything else the same set of classes.
    """
    if metric.space:
        return True
    mine, theirs = class_set(row), class_set(other)
    if mine is None or theirs is None or mine == theirs:
        return True
    if not metric.label:
        return False
    counted = frozenset().union(*mine) == frozenset().union(*theirs)
    return counted and _members(row, metric.label) == _members(other, metric.label)


def class_sets(rows: Iterable[RowResults]) -> tuple[ClassSet, ...]:
    """The different sets of classes of rows that have results, in the order of the table."""
    found = (class_set(row) for row in rows if row.finished)
    return tuple(dict.fromkeys(classes for classes in found if classes is not None))


def label_spaces(rows: Iterable[RowResults]) -> dict[str, Groups]:
    """The label spaces that the study names."""
    trainings = (row.condition.config.training for row in rows)
    return {
        name: groups
        for config in trainings
        if config is not None
        for name, groups in config.label_spaces.items()
    }


def common_space(rows: Sequence[RowResults], metric: Primary) -> str:
    """The metric in the first label space in which every row with results has it; empty if there is none."""
    if metric.label:
        return ""
    for space in label_spaces(rows):
        name = f"{metric.metric}@{space}"
        if all(row.summary(name).n for row in rows if row.finished):
            return name
    return ""


def never_learned(config: Config, space: str) -> tuple[str, ...]:
    """The classes of a label space that no class of the network belongs to.

    Its groups leave them out, so that nothing is ever predicted as one of them.
    """
    training = config.training
    groups = training.groups if training is not None else None
    if training is None or groups is None:
        return ()
    learned = {name for members in groups.values() for name in members}
    wanted = training.label_spaces.get(space, {})
    return tuple(name for name, members in wanted.items() if learned.isdisjoint(members))


def why_unscored(config: Config, space: str) -> str:
    """Why a finished trial has no value in a label space."""
    training = config.training
    if training is not None and not _fits(training, space):
        return f"its classes cut through those of the label space '{space}'"
    return f"recorded before the label space '{space}' was defined as it is now"


def _members(row: RowResults, label: str) -> frozenset[str]:
    return frozenset((groups_of(row) or {}).get(label, (label,)))


def _fits(config: TrialConfig, space: str) -> bool:
    """Whether no class of the network lies in two classes of the space."""
    own, wanted = config.groups, config.label_spaces.get(space)
    if own is None or wanted is None:
        return True
    every = dict.fromkeys(name for names in (*own.values(), *wanted.values()) for name in names)
    return space in grouped_labels(tuple(every), own, {space: wanted}).spaces
