"""The Lovasz-Softmax loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ablate.spec.sections import IGNORE_INDEX, LossOptions

if TYPE_CHECKING:
    import numpy as np
    import torch


class LovaszOptions(LossOptions):
    """The Lovasz extension of one minus the IoU, the mean over classes that occur (Berman et al., 2018).

    Computed by ``segmentation_models_pytorch.losses`` from the softmax.
    """

    tasks: ClassVar[tuple[str, ...]] = ("segmentation",)

    name: Literal["lovasz"] = "lovasz"
    per_image: bool = False
    """Of each image by itself, then the mean; else of all pixels of a batch at once."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.LossOptions`."""
        return ("segmentation_models_pytorch",)

    def build(self, class_counts: np.ndarray[Any, Any], device: str) -> Callable[..., torch.Tensor]:
        """The loss ``(logits (N, C, H, W), target (N, H, W) int64) -> scalar``."""
        from segmentation_models_pytorch.losses import LovaszLoss

        from ablate.losses.precision import widened

        loss = LovaszLoss("multiclass", per_image=self.per_image, ignore_index=IGNORE_INDEX)

        def of_images_that_count(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            logits = widened(logits)
            # What the library gives for an image of ignored pixels alone is no scalar.
            counts = (target != IGNORE_INDEX).flatten(1).any(1)
            if not counts.any():
                return 0.0 * logits.sum()
            value: torch.Tensor = loss(logits[counts], target[counts])
            return value

        return of_images_that_count
