"""``class_weights``, which losses that judge each image or pixel by itself have in common."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ablate.errors import TrialError
from ablate.spec.sections import LossOptions, Positive

if TYPE_CHECKING:
    import numpy as np
    import torch


class ClassWeightedOptions(LossOptions):
    """A loss that may count some classes more than others.

    The loss of a batch is the weighted mean: the sum of weight x loss over the sum of weights.
    """

    class_weights: (
        Annotated[tuple[Positive, ...], Field(min_length=1)]
        | Literal["balanced", "median_frequency"]
        | None
    ) = None
    """One weight a class, or found from the training images (for segmentation: pixels) of each class.

    ``balanced``: inverse to their number, with mean 1; ``median_frequency``: the median number over theirs.
    """

    def problems(self, num_classes: int) -> list[tuple[str, str]]:
        """A list of weights of another length than the number of classes."""
        weights = self.class_weights
        if not isinstance(weights, tuple) or len(weights) == num_classes:
            return []
        return [("class_weights", f"{len(weights)} weights for {num_classes} classes")]

    def absent_problems(self, absent: Sequence[str]) -> list[tuple[str, str]]:
        """Weights that are to be found, of a class that does not occur."""
        if not isinstance(self.class_weights, str) or not absent:
            return []
        names = ", ".join(map(repr, absent))
        message = (
            f"{self.class_weights} needs every class, and the training split has nothing of {names}"
        )
        return [("class_weights", f"{message}. Give the weights as a list")]

    def weights(self, class_counts: np.ndarray[Any, Any], device: str) -> torch.Tensor | None:
        """The weights (C,) float32 on ``device``; ``None`` where every class counts the same.

        Raises:
            ablate.errors.TrialError: the number of weights is not that of the classes, or weights are to be found
                and a class has no training image.
        """
        import torch

        for _, message in self.problems(len(class_counts)):
            raise TrialError(f"loss.class_weights: {message}")
        if self.class_weights is None:
            return None
        values = self.class_weights
        if values == "balanced":
            values = balanced(class_counts)
        elif values == "median_frequency":
            values = median_frequency(class_counts)
        return torch.tensor(values, dtype=torch.float32, device=device)


def balanced(class_counts: np.ndarray[Any, Any]) -> tuple[float, ...]:
    """Weights inverse to the numbers of images (or pixels), with mean 1: inverse frequency.

    >>> import numpy as np
    >>> balanced(np.array([10, 30]))
    (1.5, 0.5)

    Raises:
        ablate.errors.TrialError: a class has no training image.
    """
    inverse = [1.0 / count for count in _counts(class_counts, "balanced")]
    scale = len(inverse) / sum(inverse)
    return tuple(scale * value for value in inverse)


def median_frequency(class_counts: np.ndarray[Any, Any]) -> tuple[float, ...]:
    """The median of the classes' frequencies over each class's own (Eigen and Fergus, 2015).

    A class's frequency is its share of *all* images (or pixels) of the training split. The paper counts, for each
    class, only pixels of images in which it occurs.

    >>> import numpy as np
    >>> median_frequency(np.array([10, 20, 80]))
    (2.0, 1.0, 0.25)

    Raises:
        ablate.errors.TrialError: a class has no training image.
    """
    counts = _counts(class_counts, "median_frequency")
    middle = median(counts)
    return tuple(middle / count for count in counts)


def _counts(class_counts: np.ndarray[Any, Any], rule: str) -> list[int]:
    counts = [int(count) for count in class_counts]
    if 0 in counts:
        raise TrialError(
            f"loss.class_weights: {rule} needs a training image (for segmentation a pixel) of every "
            f"class, and class {counts.index(0)} has none; give the weights as a list"
        )
    return counts
