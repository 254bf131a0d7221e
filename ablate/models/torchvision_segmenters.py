"""Every segmentation network of torchvision, ``torchvision/<name>``. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from ablate import catalogue
from ablate.catalogue import TorchvisionSegmenter
from ablate.models.library import too_small
from ablate.models.segmenter import SegmenterOptions
from ablate.models.weights import WeightFile, weights_reader
from ablate.spec.earlier import RunWeights, StageWeights
from ablate.spec.values import ImageShape, Normalization

if TYPE_CHECKING:
    import torch

PREFIX = "torchvision/"


class SegmenterWeightFile(WeightFile):
    """A state dict on disk, of the backbone, of a classifier or of the whole network."""

    named: ClassVar[tuple[str, ...]] = ("random", "imagenet", "coco")


SegmenterWeights = Annotated[
    Literal["random", "imagenet", "coco"] | SegmenterWeightFile | StageWeights | RunWeights,
    BeforeValidator(weights_reader(SegmenterWeightFile)),
]
"""``random``, ``imagenet`` (of the backbone), ``coco`` (of the whole network) or a file's path."""


class TorchvisionSegmenterOptions(SegmenterOptions):
    """A segmentation network of torchvision, without its auxiliary output."""

    reserved: ClassVar[Mapping[str, str]] = {
        "aux_loss": "training with one output",
        "num_classes": "the data set's classes",
        "progress": "the command line",
        "weights": "model.weights",
        "weights_backbone": "model.weights",
    }

    encoder_module: ClassVar[str | None] = "backbone"

    weights: SegmenterWeights = "random"  # type: ignore[assignment]  # one value more than the base
    """``random``, ``imagenet`` (backbone), ``coco`` (COCO with the labels of Pascal VOC) or a state dict's path."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.ModelOptions`."""
        return ("torchvision",)

    @property
    def architecture(self) -> str:
        """The name that torchvision knows it by."""
        return self.name.removeprefix(PREFIX)

    @property
    def encoder_name(self) -> str:
        """The backbone, which stands behind the first part of the name: ``deeplabv3_resnet50``."""
        return self.architecture.partition("_")[2]

    @property
    def entry(self) -> TorchvisionSegmenter:
        """What the catalogue, or else torchvision, knows of it."""
        found = entry(self.architecture)
        if found is None:
            raise LookupError(f"torchvision has no segmentation network {self.architecture!r}")
        return found

    def own_normalization(self) -> Normalization:
        """Mean and std of torchvision's own weights."""
        return Normalization(mean=self.entry.mean, std=self.entry.std)

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Weights that are not there, images too small, and options, which torchvision would ignore."""
        unused = ", ".join(map(repr, self.options))
        message = f"{self.name} has no further arguments, so {unused} would do nothing; remove it"
        found = super().problems(shape)
        return [*found, ("options", message)] if unused else found

    def size_problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Images too small."""
        return too_small(self.name, shape, self.entry.min_side)

    def network(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network with its weights."""
        from ablate.models.torchvision_segmenters_network import torchvision_segmenter

        return torchvision_segmenter(self, shape, num_classes)


@cache
def entry(name: str) -> TorchvisionSegmenter | None:
    """What is known of the segmentation network ``name``."""
    return catalogue.torchvision_segmenter(name) or _ask_torchvision(name)


def _ask_torchvision(name: str) -> TorchvisionSegmenter | None:
    from ablate.catalogue import from_torchvision_segmentation as library

    return (
        TorchvisionSegmenter.from_json(library.describe(name)) if name in library.names() else None
    )
