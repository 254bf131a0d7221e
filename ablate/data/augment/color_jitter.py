"""Random brightness, contrast, saturation and hue."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ablate.data.augment.step import Augmentation
from ablate.spec.options import AddedLater, invalid
from ablate.spec.sections import Probability
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class ColorJitter(Augmentation):
    """Adjusts colours by factors drawn for each image, in an order drawn for each batch.

    A ``brightness`` (``contrast``, ``saturation``) of 0.4 draws factors from 0.6 to 1.4; a ``hue`` of 0.1
    turns the colour circle by up to a tenth either way. As torchvision's ``ColorJitter``, but that the order
    of the four is not drawn for each image.
    """

    moves_pixels: ClassVar[bool | None] = False

    brightness: float = Field(0.0, ge=0.0, examples=[0.4])
    """Largest change of the brightness factor from 1."""
    contrast: float = Field(0.0, ge=0.0, examples=[0.4])
    """Largest change of the contrast factor from 1."""
    saturation: float = Field(0.0, ge=0.0)
    """Largest change of the saturation factor from 1; RGB images only."""
    hue: float = Field(0.0, ge=0.0, le=0.5)
    """Largest turn of the colour circle, of which 1 is all; RGB images only."""

    p: Annotated[Probability, AddedLater(old=1.0)] = 1.0
    """Probability that an image is changed."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self._ranges():
            raise invalid(
                "color_jitter changes nothing", "Set brightness, contrast, saturation or hue"
            )
        return self

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.color.color_jitter`."""
        from ablate.data.transforms.color import color_jitter

        return partial(color_jitter, ranges=self._ranges(), p=self.p)

    def problems(self, shape: ImageShape) -> list[str]:
        """Saturation and hue need colour."""
        colours = [name for name in ("saturation", "hue") if getattr(self, name) > 0]
        if shape.channels == 3 or not colours:
            return []
        return [
            f"color_jitter's {' and '.join(colours)} need RGB images, these have {shape.channels} "
            f"channel. Leave {' and '.join(colours)} out"
        ]

    def _ranges(self) -> dict[str, tuple[float, float]]:
        strengths = {
            "brightness": self.brightness,
            "contrast": self.contrast,
            "saturation": self.saturation,
        }
        ranges = {name: (max(0.0, 1 - s), 1 + s) for name, s in strengths.items() if s > 0}
        return ranges if self.hue == 0 else {**ranges, "hue": (-self.hue, self.hue)}
