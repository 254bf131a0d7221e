"""What the networks of timm and of torchvision have in common. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from ablate.errors import TrialError
from ablate.models.weights import WeightFile, Weights
from ablate.spec.options import AddedLater, invalid
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape, Normalization

if TYPE_CHECKING:
    import torch

Scalar = bool | int | float | str | None


class LibraryModelOptions(ModelOptions):
    """A classifier of another library; its first layer and its head are fitted to the data."""

    #: Arguments that other fields or the data set decide: name to where.
    reserved: ClassVar[Mapping[str, str]] = {}

    weights: Weights = "random"
    """``random``, ``imagenet`` (the library's pre-trained weights) or the path of a state dict."""
    options: Mapping[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)
    """Further keyword arguments of the network's constructor."""

    head_init: Annotated[Literal["library", "small"], AddedLater(old="library")] = "library"
    """How the head begins: as the library makes it, or ``small``: drawn with a standard deviation of 0.01, biases 0,
    whatever ``weights`` holds of it. Some libraries scale by the number of classes, so that few give a large head."""

    @field_validator("options")
    @classmethod
    def _options_are_free(
        cls, value: Mapping[str, Scalar | tuple[Scalar, ...]]
    ) -> Mapping[str, Scalar | tuple[Scalar, ...]]:
        for key in value:
            if key in cls.reserved:
                raise invalid(
                    f"{key!r} cannot be an option", f"It follows from {cls.reserved[key]}"
                )
        return value

    def files(self) -> tuple[Path, ...]:
        """The files that the network reads, absolute; their bytes belong to a trial's identity."""
        return (self.weights.location,) if isinstance(self.weights, WeightFile) else ()

    def normalization(self) -> Normalization | None:
        """What the weights were trained with, RGB; for a file, what the library's own were."""
        return None if self.weights == "random" else self.own_normalization()

    def own_normalization(self) -> Normalization:
        """The normalisation of the library's own weights."""
        raise NotImplementedError

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Weights that are not there, and images that the network cannot take."""
        found = self.size_problems(shape)
        missing = self.weights.problem() if isinstance(self.weights, WeightFile) else None
        return found if missing is None else [("weights", missing), *found]

    def size_problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Why images of ``shape`` do not fit, and other fields that do not: (field, message)."""
        raise NotImplementedError

    def build(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network with its weights, tried on one image.

        Raises:
            ablate.errors.TrialError: the library refuses the options or the images, or the weights
                cannot be had.
        """
        for field, message in self.problems(shape):
            raise TrialError(f"model.{field}: {message}")
        from ablate.models.trial_image import check_logits

        net = self.network(shape, num_classes)
        if self.head_init == "small":
            from ablate.models.small_head import make_small

            make_small(net, self.head(net))
        check_logits(net, self.name, shape, num_classes)
        return net

    def network(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network with its weights."""
        raise NotImplementedError


def too_small(name: str, shape: ImageShape, min_side: int) -> list[tuple[str, str]]:
    """The problem of images below a network's smallest size, if they are."""
    if min(shape.height, shape.width) >= min_side:
        return []
    message = (
        f"{name} needs images of at least {min_side} x {min_side}, not {shape.height} x {shape.width}; "
        f"set data.size: {min_side} or more"
    )
    return [("name", message)]
