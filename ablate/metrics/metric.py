"""A metric: what it is called and how it follows from the counts of a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ablate.metrics.counts import Counts
from ablate.results import MetricInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(MetricInfo):
    """A :class:`~ablate.results.MetricInfo` that can be computed.

    ``compute`` gives the value of a split (``nan`` where undefined); ``None`` where there is only one of each class.
    ``by_class``, where the metric has one, gives the value of each class, (C,) float64, recorded as
    ``split/name/class``.
    """

    compute: Callable[[Counts], float] | None
    by_class: Callable[[Counts], NDArray[np.float64]] | None = None
    of_labels: bool = False
    """Whether it follows from the confusion matrix alone, and so can be computed in other label spaces."""
