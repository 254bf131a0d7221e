"""Test-set noise: how far the difference between two single runs would move with other images.

It is all that one seed allows to measure, and less than what matters: another seed may change more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ablate.metrics.class_sums import LEFT_OUT, ClassSums, Sums, image_sums, mean_over_classes
from ablate.outcomes import Lookup, SplitOutcomes
from ablate.report.compare import Comparison
from ablate.report.rows import RowResults
from ablate.report.statistics import mcnemar_p, paired_bootstrap
from ablate.results import base_metric
from ablate.spec.config import TrialConfig
from ablate.spec.labels import Space, grouped_labels
from ablate.spec.primary import Primary

#: Rows beyond which nothing is computed: a table is not to take minutes, and nobody weighs so many intervals.
MOST_ROWS = 100

#: Metric to the ratio of a class whose mean it is.
_RATIOS: dict[str, Callable[[ClassSums], Sums]] = {
    "accuracy": ClassSums.recall,
    "dice": ClassSums.f1,
    "iou": ClassSums.iou,
    "macro_f1": ClassSums.f1,
    "mean_class_accuracy": ClassSums.recall,
    "miou": ClassSums.iou,
    "pixel_accuracy": ClassSums.recall,
}
#: Those that pool the items of all classes.
_POOLED = ("accuracy", "pixel_accuracy")
#: More values of images than this are not resampled.
_MOST_VALUES = 2**26


@dataclass(frozen=True, slots=True)
class SamplingNoise:
    """What other images of the same kind could change, both models staying as they are.

    ``low`` and ``high``: 95 % paired bootstrap interval of the delta over the ``images``; ``None`` where too few
    differ. Of classification ``gained`` images are right in the row alone, ``lost`` in its reference alone, and
    ``p`` is that of McNemar's exact test.
    """

    images: int
    low: float | None = None
    high: float | None = None
    gained: int | None = None
    lost: int | None = None
    p: float | None = None


def sampling_noise(
    row: RowResults,
    reference: RowResults,
    comparison: Comparison,
    primary: Primary,
    outcomes: Lookup,
) -> SamplingNoise | None:
    """The noise of a comparison of one run with one other; ``None`` with more seeds, or where nothing tells it.

    Both runs must have kept what became of each image of the same images, and that must give the values in the table.
    """
    ratio = _RATIOS.get(base_metric(primary.name))
    if ratio is None or len({*row.seeds, *reference.seeds}) != 1:
        return None
    mine, other = (_image_sums(one, primary, outcomes) for one in (row, reference))
    if mine is None or other is None or mine.fingerprint != other.fingerprint:
        return None
    first, second = mine.flat(), other.flat()

    def statistic(sums: Sums) -> Sums:
        return mean_over_classes(ratio(_unflattened(sums)))

    delta = statistic(first.sum(axis=0)) - statistic(second.sum(axis=0))
    if not math.isclose(float(delta), comparison.delta, rel_tol=1e-9, abs_tol=1e-9):
        return None
    low, high = paired_bootstrap(first, second, statistic) or (None, None)
    noise = SamplingNoise(len(first), low, high)
    return _with_mcnemar(noise, mine.sums, other.sums) if _right_or_wrong(mine, primary) else noise


@dataclass(frozen=True, slots=True, eq=False)
class _ImageSums:
    """Sums of each image, and a hash of the images in their order."""

    sums: ClassSums
    fingerprint: str

    def flat(self) -> NDArray[np.float64]:
        """(N, 3 B)."""
        return np.hstack([self.sums.hits, self.sums.support, self.sums.predicted])


def _unflattened(sums: Sums) -> ClassSums:
    hits, support, predicted = np.split(sums, 3, axis=-1)
    return ClassSums(hits, support, predicted)


def _image_sums(row: RowResults, primary: Primary, outcomes: Lookup) -> _ImageSums | None:
    config = row.condition.config.training
    kept = outcomes(row.finished[0].run_id, primary.split) if row.finished and config else None
    if kept is None or config is None:
        return None
    space = _space(config, kept, primary.space)
    bins = _bins(space, primary) if space is not None else None
    if space is None or bins is None or kept.outcomes.images * (max(bins) + 1) * 6 > _MOST_VALUES:
        return None
    own = kept.true_classes == kept.predicted_classes
    rows = space.of_network if own else space.of_source
    sums = image_sums(kept.outcomes, rows, space.of_network, bins)
    return _ImageSums(sums, kept.fingerprint)


def _space(config: TrialConfig, kept: SplitOutcomes, name: str) -> Space | None:
    """The classes that the metric is about; ``None`` where the network's cut through them."""
    classes, groups = kept.true_classes, config.groups
    if groups is not None and classes == kept.predicted_classes:
        classes = tuple(member for members in groups.values() for member in members)
    labels = grouped_labels(classes, groups, config.label_spaces)
    return labels.spaces.get(name) if name else labels.own


def _bins(space: Space, primary: Primary) -> list[int] | None:
    """Where each class is counted: on its own, all in one, or the one class that the metric is of."""
    if primary.label:
        chosen = [0 if name == primary.label else LEFT_OUT for name in space.classes]
        return chosen if 0 in chosen else None
    pooled = base_metric(primary.name) in _POOLED
    return [0 if pooled else number for number in range(len(space.classes))]


def _right_or_wrong(found: _ImageSums, primary: Primary) -> bool:
    """Whether the metric is the share of images that are right."""
    return base_metric(primary.name) == "accuracy" and found.sums.support.max(initial=0.0) <= 1.0


def _with_mcnemar(noise: SamplingNoise, mine: ClassSums, other: ClassSums) -> SamplingNoise:
    if not np.array_equal(mine.support, other.support):  # images that count in one of them alone
        return noise
    gained = int(np.count_nonzero(mine.hits > other.hits))
    lost = int(np.count_nonzero(mine.hits < other.hits))
    return replace(noise, gained=gained, lost=lost, p=mcnemar_p(gained, lost))
