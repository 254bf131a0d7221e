"""``class_weights``, which losses of classification have in common."""

from __future__ import annotations

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
        Annotated[tuple[Positive, ...], Field(min_length=1)] | Literal["balanced"] | None
    ) = None
    """One weight a class; ``balanced``: the inverse of its number of training images, with mean 1."""

    def problems(self, num_classes: int) -> list[tuple[str, str]]:
        """A list of weights of another length than the number of classes."""
        weights = self.class_weights
        if not isinstance(weights, tuple) or len(weights) == num_classes:
            return []
        return [("class_weights", f"{len(weights)} weights for {num_classes} classes")]

    def weights(self, class_counts: np.ndarray[Any, Any], device: str) -> torch.Tensor | None:
        """The weights (C,) float32 on ``device``; ``None`` where every class counts the same.

        Raises:
            ablate.errors.TrialError: the number of weights is not that of the classes, or balanced
                weights are asked for and a class has no training image.
        """
        import torch

        for _, message in self.problems(len(class_counts)):
            raise TrialError(f"loss.class_weights: {message}")
        if self.class_weights is None:
            return None
        values = self.class_weights
        if values == "balanced":
            values = balanced(class_counts)
        return torch.tensor(values, dtype=torch.float32, device=device)


def balanced(class_counts: np.ndarray[Any, Any]) -> tuple[float, ...]:
    """Weights inverse to the numbers of images, with mean 1.

    >>> import numpy as np
    >>> balanced(np.array([10, 30]))
    (1.5, 0.5)

    Raises:
        ablate.errors.TrialError: a class has no training image.
    """
    counts = [int(count) for count in class_counts]
    if 0 in counts:
        raise TrialError(
            f"loss.class_weights: balanced needs a training image of every class, and class "
            f"{counts.index(0)} has none; give the weights as a list"
        )
    inverse = [1.0 / count for count in counts]
    scale = len(inverse) / sum(inverse)
    return tuple(scale * value for value in inverse)
