"""What the segmentation networks of other libraries have in common. Imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ablate.errors import TrialError
from ablate.models.library import LibraryModelOptions
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    import torch


class SegmenterOptions(LibraryModelOptions):
    """A segmentation network of another library; its first layer and its head are fitted to the data."""

    tasks: ClassVar[tuple[str, ...]] = ("segmentation",)
    encoder_module: ClassVar[str | None] = "encoder"

    def build(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network with its weights, tried on one image.

        It maps images (N, C, H, W) to logits (N, num_classes, H, W).

        Raises:
            ablate.errors.TrialError: the library refuses the options or the images, or the weights
                cannot be had.
        """
        for field, message in self.problems(shape):
            raise TrialError(f"model.{field}: {message}")
        from ablate.models.trial_masks import check_masks

        net = self.network(shape, num_classes)
        check_masks(net, self.name, shape, num_classes)
        return net
