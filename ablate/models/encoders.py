"""Encoders: networks that turn an image into feature maps of falling size. Imports no torch.

``vgg16``, ``vgg16_bn`` and ``mobilenet_v2`` are torchvision's; ``timm/<name>`` is any network of timm that gives
feature maps and takes images of any size. :mod:`ablate.models.encoders_network` builds them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from ablate import catalogue
from ablate.catalogue import TimmEntry
from ablate.errors import did_you_mean
from ablate.models.timm_family import PREFIX, entry
from ablate.models.weights import WeightFile, Weights
from ablate.spec.options import invalid
from ablate.spec.sections import ModelOptions
from ablate.spec.values import IMAGENET, ImageShape, Normalization

#: The encoders that have a name of their own.
ENCODERS = ("mobilenet_v2", "vgg16", "vgg16_bn")


def check_encoder(name: str) -> str | None:
    """Why there is no such encoder, with the nearest names; ``None`` if there is.

    >>> check_encoder("timm/resnet18")
    >>> check_encoder("vgg61")
    "unknown encoder 'vgg61'. Did you mean 'vgg16'?"
    """
    if name in ENCODERS:
        return None
    found = _of_timm(name)
    if found is None:
        known = [*ENCODERS, *(PREFIX + item for item in catalogue.names("timm"))]
        hint = did_you_mean(name, known) or f"Write {', '.join(ENCODERS)} or timm/NAME"
        return f"unknown encoder {name!r}. {hint}"
    if found.sizing != "free":
        return (
            f"{name} is built for one image size and cannot be an encoder. "
            "Use a network that takes images of any size, such as timm/resnet18"
        )
    return None


def _of_timm(name: str) -> TimmEntry | None:
    return entry(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None


def _known(name: str) -> str:
    problem = check_encoder(name)
    if problem is not None:
        rule, _, remedy = problem.partition(". ")
        raise invalid(rule, remedy)
    return name


EncoderName = Annotated[str, AfterValidator(_known)]
"""The name of an encoder, known to exist."""


def encoder_normalization(name: str) -> Normalization:
    """The input normalisation that the ImageNet weights of the encoder ``name`` were trained with."""
    found = _of_timm(name)
    return IMAGENET if found is None else Normalization(mean=found.mean, std=found.std)


class EncoderModelOptions(ModelOptions):
    """A segmentation network on an encoder that may have learned before."""

    tasks: ClassVar[tuple[str, ...]] = ("segmentation",)
    encoder_module: ClassVar[str | None] = "encoder"

    encoder: EncoderName = "vgg16"
    """``vgg16``, ``vgg16_bn``, ``mobilenet_v2`` or ``timm/NAME``."""
    weights: Weights = "random"
    """Of the encoder: ``random``, ``imagenet`` (the library's own) or the path of a state dict."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.ModelOptions`."""
        return ("timm",) if self.encoder.startswith("timm/") else ("torchvision",)

    def files(self) -> tuple[Path, ...]:
        """The file of weights, if there is one."""
        return (self.weights.location,) if isinstance(self.weights, WeightFile) else ()

    def normalization(self) -> Normalization | None:
        """What the weights were trained with, RGB; for a file, what the library's own were."""
        return None if self.weights == "random" else encoder_normalization(self.encoder)

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Weights that are not there."""
        missing = self.weights.problem() if isinstance(self.weights, WeightFile) else None
        if missing is not None:
            return [("weights", missing)]
        of_timm = _of_timm(self.encoder)
        if self.weights == "imagenet" and of_timm is not None and not of_timm.weights:
            return [("weights", f"timm has no pre-trained weights of {self.encoder}")]
        return []
