"""Random crop with padding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from ablate.data.augment.step import Augmentation
from ablate.spec.options import AddedLater, invalid
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


def _default_padding(given: Mapping[str, Any]) -> int:
    return 4 if given.get("size") is None else 0


class RandomCrop(Augmentation):
    """Crops at a random place, after padding with black."""

    moves_pixels: ClassVar[bool | None] = True

    size: Annotated[int | tuple[int, int] | None, AddedLater(old=None)] = None
    """Height and width of the crops, for segmentation only; ``null`` keeps the image's size."""
    padding: int = Field(default_factory=_default_padding, ge=0)
    """Pixels added to each side first; 4 by default, 0 where ``size`` is given."""

    @field_validator("size")
    @classmethod
    def _size_is_positive(cls, value: int | tuple[int, int] | None) -> int | tuple[int, int] | None:
        if min(_sides(value) or (1,)) < 1:
            raise invalid(f"size must be at least 1, not {value}")
        return value

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.size is None and self.padding == 0:
            raise invalid("random_crop changes nothing", "Set padding or size")
        return self

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.crop.Crop`."""
        from ablate.data.transforms.crop import Crop

        return Crop(self.padding, _sides(self.size))

    def problems(self, shape: ImageShape) -> list[str]:
        """A crop must fit into the padded image."""
        crop = self.output_shape(shape)
        height, width = shape.height + 2 * self.padding, shape.width + 2 * self.padding
        if crop.height <= height and crop.width <= width:
            return []
        padded = f", {height} x {width} with their padding" if self.padding else ""
        return [
            f"random_crop's size {crop.height} x {crop.width} is larger than the images, which are "
            f"{shape.height} x {shape.width}{padded}. Use a smaller size or more padding"
        ]

    def output_shape(self, shape: ImageShape) -> ImageShape:
        """The crops'."""
        height, width = _sides(self.size) or (shape.height, shape.width)
        return ImageShape(channels=shape.channels, height=height, width=width)


def _sides(size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    return (size, size) if isinstance(size, int) else size
