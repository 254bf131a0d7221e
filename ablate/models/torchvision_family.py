"""Every classifier and segmentation network of torchvision, ``torchvision/<name>``. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from ablate import catalogue
from ablate.catalogue import TorchvisionEntry
from ablate.models import torchvision_segmenters
from ablate.models.library import LibraryModelOptions, too_small
from ablate.models.torchvision_segmenters import TorchvisionSegmenterOptions
from ablate.spec.earlier import RunWeights, StageWeights
from ablate.spec.values import ImageShape, Normalization

if TYPE_CHECKING:
    import torch

PREFIX = "torchvision/"


class TorchvisionOptions(LibraryModelOptions):
    """A classifier of torchvision."""

    reserved: ClassVar[Mapping[str, str]] = {
        "aux_logits": "training with one output",
        "image_size": "data.size",
        "init_weights": "model.weights",
        "input_size": "data.size",
        "num_classes": "the data set's classes",
        "progress": "the command line",
        "transform_input": "model.weights",
        "weights": "model.weights",
    }

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.ModelOptions`."""
        return ("torchvision",)

    @property
    def architecture(self) -> str:
        """The name that torchvision knows it by."""
        return self.name.removeprefix(PREFIX)

    @property
    def entry(self) -> TorchvisionEntry:
        """What the catalogue, or else torchvision, knows of it."""
        found = entry(self.architecture)
        if found is None:
            raise LookupError(f"torchvision has no classifier {self.architecture!r}")
        return found

    def own_normalization(self) -> Normalization:
        """Mean and std of torchvision's own weights."""
        return Normalization(mean=self.entry.mean, std=self.entry.std)

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Weights that are not there or need RGB images, and images it cannot take."""
        found = super().problems(shape)
        if self.entry.rgb_weights and isinstance(self.weights, StageWeights | RunWeights):
            message = (
                f"{self.name} changes its input by itself once it has weights of torchvision's"
            )
            found.append(("weights", f"{message}, so that it cannot start from another training"))
        elif self.entry.rgb_weights and self.weights != "random" and shape.channels != 3:
            message = f"the weights of {self.name} need RGB images, not {shape.channels} channels"
            found.append(("weights", f"{message}; use weights: random or another network"))
        return found

    def size_problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Images too small, or not of the square sizes that a transformer is built for."""
        multiple = self.entry.multiple
        if not self.entry.size_argument:
            return too_small(self.name, shape, self.entry.min_side)
        if shape.height == shape.width and shape.height % multiple == 0:
            return []
        message = (
            f"{self.name} needs square images whose side is a multiple of {multiple}, not "
            f"{shape.height} x {shape.width}; set data.size: {self.entry.size[0]}"
        )
        return [("name", message)]

    def network(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network with its weights."""
        from ablate.models.torchvision_network import torchvision_network

        return torchvision_network(self, shape, num_classes)


class TorchvisionFamily:
    """The classifiers and segmentation networks of torchvision by name."""

    tasks = ("classification", "segmentation")

    def names(self) -> tuple[str, ...]:
        """The names of the catalogues, sorted."""
        both = (*catalogue.names("torchvision"), *catalogue.names("torchvision_segmentation"))
        return tuple(sorted(both))

    def member(
        self, name: str
    ) -> type[TorchvisionOptions] | type[TorchvisionSegmenterOptions] | None:
        """The options of classifiers or of segmentation networks; asks torchvision about names unknown here."""
        if catalogue.torchvision_segmenter(name):
            return TorchvisionSegmenterOptions
        if entry(name) is not None:
            return TorchvisionOptions
        return TorchvisionSegmenterOptions if torchvision_segmenters.entry(name) else None


FAMILY = TorchvisionFamily()


@cache
def entry(name: str) -> TorchvisionEntry | None:
    """What is known of the classifier ``name``."""
    return catalogue.torchvision_model(name) or _ask_torchvision(name)


def _ask_torchvision(name: str) -> TorchvisionEntry | None:
    from torchvision import models

    from ablate.catalogue import from_torchvision

    if name not in models.list_models(module=models):
        return None
    return TorchvisionEntry.from_json(from_torchvision.describe(name))
