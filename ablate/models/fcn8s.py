"""FCN-8s with a decoder of five transposed convolutions, on any encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from ablate.errors import TrialError
from ablate.models.encoders import EncoderModelOptions
from ablate.models.encoders_vgg16 import map_sizes, scaled, stages, vgg16_work
from ablate.spec.options import invalid
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.models.fcn8s_network import FCN8s

#: Channels of the five stages of the decoder.
_CHANNELS = (512, 256, 128, 64, 32)

Skip = Literal["x4", "x3"]


def _ordered(value: tuple[Skip, ...]) -> tuple[Skip, ...]:
    if len(set(value)) < len(value):
        raise invalid("skip names a map twice", "Write each of x4 and x3 once at most")
    return tuple(sorted(value, reverse=True))


class FCN8sOptions(EncoderModelOptions):
    """An encoder's last map, brought back to the image's size by five stages (after Long et al., 2015).

    A stage is a transposed convolution that doubles the map (3 x 3, stride 2), ReLU and batch normalisation. Maps
    of the encoder are added after the ReLU of the stage that reaches their size, before its batch normalisation;
    one with another number of channels than the stage passes a 1 x 1 convolution first.

    >>> FCN8sOptions(skip=("x3", "x4")).skip
    ('x4', 'x3')
    """

    name: Literal["fcn8s"] = "fcn8s"
    skip: Annotated[tuple[Skip, ...], AfterValidator(_ordered)] = ("x4", "x3")
    """Maps that are added: ``x4`` (stride 16), ``x3`` (stride 8), both or none."""
    width: float = Field(1.0, gt=0.0)
    """Factor on the channels of the decoder's stages."""

    @property
    def channels(self) -> tuple[int, ...]:
        """Output channels of the five stages."""
        return tuple(scaled(channels, self.width) for channels in _CHANNELS)

    def work(self, shape: ImageShape) -> int | None:
        """That of the encoder and of the transposed convolutions; unknown but for VGG16."""
        if not self.encoder.startswith("vgg16"):
            return None
        total, inputs = vgg16_work(shape), stages()[-1][-1]
        sizes = reversed(list(map_sizes(shape))[1:])
        for outputs, (height, columns) in zip(self.channels, sizes, strict=True):
            total += height * columns * 9 * inputs * outputs
            inputs = outputs
        return total

    def build(self, shape: ImageShape, num_classes: int) -> FCN8s:
        """The network; see :class:`ablate.models.fcn8s_network.FCN8s`."""
        for field, message in self.problems(shape):
            raise TrialError(f"model.{field}: {message}")
        from ablate.models.fcn8s_network import FCN8s

        return FCN8s(self, shape.channels, num_classes)
