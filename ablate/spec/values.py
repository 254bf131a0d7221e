"""Small values that data sets and models exchange."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ablate.spec.options import Options, invalid


class ImageShape(Options):
    """Channels, height and width of an input image."""

    channels: int = Field(ge=1)
    height: int = Field(ge=1)
    width: int = Field(ge=1)

    def __str__(self) -> str:
        return f"{self.channels} x {self.height} x {self.width}"


class Normalization(Options):
    """Per-channel mean and standard deviation on the 0..1 scale.

    >>> Normalization(mean=(0.5,), std=(0.0,))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: ...
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if len(self.mean) != len(self.std) or not self.mean:
            raise invalid("mean and std need one number for each channel")
        if min(self.std) <= 0:
            raise invalid("every std must be greater than 0")
        return self


#: Mean and standard deviation of ImageNet's training images (RGB, 0..1).
IMAGENET = Normalization(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
