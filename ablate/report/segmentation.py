"""What a reader must know of numbers that are about pixels and classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ablate.report.rows import RowResults
from ablate.report.spaces import (
    class_names,
    class_sets,
    common_space,
    comparable,
    label_spaces,
    never_learned,
    why_unscored,
)
from ablate.report.wording import listed, quoted, seed_list, span
from ablate.results import base_metric
from ablate.spec.config import Config
from ablate.spec.primary import Primary
from ablate.tasks.segmentation import Segmentation

#: Means over the classes that occur in truth or prediction.
_AVERAGES = ("miou", "dice")

#: Classes of a label space that are named, not only counted.
MOST_NAMED = 6


def segments(config: Config) -> bool:
    """Whether it is a training of this package that gives every pixel a class."""
    return config.training is not None and isinstance(config.task, Segmentation)


def class_sentences(rows: Sequence[RowResults], shown: Sequence[Primary]) -> Iterator[str]:
    """Which classes the ``shown`` metrics are about, where that is not the same or not obvious."""
    yield from different_classes(rows, shown)
    for space, groups in label_spaces(rows).items():
        names = [metric.metric for metric in shown if metric.space == space]
        if names:
            yield space_sentence(names, space, tuple(groups))
            yield from unlearned_sentences(rows, names, space)
    yield from _unscored(rows, shown[1:])


def pixel_sentences(rows: Sequence[RowResults], shown: Sequence[Primary]) -> Iterator[str]:
    """The conventions of segmentation that lie behind the ``shown`` metrics; nothing for another task."""
    if not any(segments(row.condition.config) for row in rows):
        return
    yield from _averages(rows, shown)
    training = [metric.metric for metric in shown if metric.split == "train"]
    if len(training) < len(shown):
        yield (
            "Scores: all pixels of a split in one confusion matrix, at the size of the original "
            "masks; void pixels are left out."
        )
    if training:
        yield f"{listed(training)}: counted while training, at the size of the network's input."
    ranking = [metric.metric for metric in shown if base_metric(metric.name) == "pixel_ap"]
    if ranking:
        yield (
            f"{listed(ranking)}: average precision of ranking all pixels by their score, one class "
            "against the rest, mean of the classes in the truth; not COCO's mask AP."
        )


def space_sentence(metrics: Sequence[str], space: str, classes: Sequence[str]) -> str:
    """What it means that metrics are computed in a label space."""
    named = f": {', '.join(classes)}" if len(classes) <= MOST_NAMED else ""
    return (
        f"{listed(metrics)}: predictions and truth merged into the {len(classes)} classes of the "
        f"label space '{space}'{named}; truth that is none of them is left out, a prediction that is "
        "none of them counts as wrong."
    )


def unlearned_sentences(
    rows: Sequence[RowResults], metrics: Sequence[str], space: str
) -> Iterator[str]:
    """Rows with a value of any of the ``metrics`` whose networks cannot predict some class of the label space.

    ``metrics`` may be those of single classes (``val/iou@two/road``).
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        missing = never_learned(row.condition.config, space)
        if missing and any(row.summary(metric).n for metric in metrics):
            found.setdefault(missing, []).append(row.row.label)
    for missing, labels in found.items():
        classes = listed([f"'{name}'" for name in missing])
        yield f"{quoted(labels)} never learned {classes} of the label space '{space}': scored 0 there."


def different_classes(rows: Sequence[RowResults], shown: Sequence[Primary]) -> Iterator[str]:
    """A sentence that says which metrics cannot be compared between all rows, and what can be instead."""
    finished = [row for row in rows if row.finished]
    metrics = [
        metric
        for metric in shown
        if not all(comparable(row, finished[0], metric) for row in finished)
    ]
    if not metrics:
        return
    sizes = listed([str(len(found)) for found in class_sets(rows)])
    names = [metric.metric for metric in metrics]
    yield (
        f"{listed(names)}: not comparable between all rows, which tell different classes apart "
        f"({sizes}). {_instead(rows, metrics, [metric.metric for metric in shown])}."
    )


def _instead(rows: Sequence[RowResults], metrics: Sequence[Primary], shown: Sequence[str]) -> str:
    found = [name for metric in metrics if (name := common_space(rows, metric))]
    if found:
        where = "" if set(found) <= set(shown) else ", which columns can show"
        return f"Compare {listed(found)}{where}"
    return (
        "In a label space they would be: name one under label_spaces that no row's classes cut "
        f"through, and write {metrics[0].metric}@SPACE"
    )


def _averages(rows: Sequence[RowResults], shown: Sequence[Primary]) -> Iterator[str]:
    means: dict[tuple[str, str], list[str]] = {}
    for metric in shown:
        if base_metric(metric.name) in _AVERAGES and not metric.label:
            means.setdefault((metric.split, metric.space), []).append(metric.metric)
    for (split, space), names in means.items():
        if split == "train":
            continue  # how many classes that averages is not recorded
        verb = "averages" if len(names) == 1 else "average"
        text = f"{listed(names)} {verb} the classes that occur in truth or prediction"
        yield f"{text}{_counts(rows, split, space)}."


def _counts(rows: Sequence[RowResults], split: str, space: str) -> str:
    """How many classes that are: ``: 11 of 11 classes``, row by row where it differs; empty if not recorded."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if text := _count(row, split, space):
            found.setdefault(text, []).append(row.row.label)
    if len(found) < 2:
        return "".join(f": {text} classes" for text in found)
    parts = [f"{text} in {quoted(labels)}" for text, labels in found.items()]
    return f", not the same ones in all rows: {'; '.join(parts)}"


def _count(row: RowResults, split: str, space: str) -> str:
    name = f"averaged_classes/{split}@{space}" if space else f"averaged_classes/{split}"
    counts = [round(trial.measured[name]) for trial in row.finished if name in trial.measured]
    total = len(label_spaces([row]).get(space, ())) if space else len(class_names(row))
    return f"{span(counts)} of {total}" if counts and total else ""


def _unscored(rows: Sequence[RowResults], shown: Iterable[Primary]) -> Iterator[str]:
    """Finished trials without a value in a label space; for the primary metric the numbered notes say so."""
    for metric in shown:
        reasons: dict[str, list[str]] = {}
        for row in rows:
            missing = [item.seed for item in row.missing(metric.metric) if item.seed in _ran(row)]
            if metric.space and missing:
                seeds = "" if len(missing) == len(row.finished) else f" ({seed_list(missing)})"
                reason = why_unscored(row.condition.config, metric.space)
                reasons.setdefault(reason, []).append(f'"{row.row.label}"{seeds}')
        for reason, places in reasons.items():
            yield f"No {metric.metric} of {listed(places)}: {reason}."


def _ran(row: RowResults) -> set[int]:
    return {trial.seed for trial in row.finished}
