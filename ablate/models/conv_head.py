"""A head of convolutions and upsampling on the last map of an encoder."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ablate.errors import TrialError
from ablate.models.encoders import EncoderModelOptions, EncoderName
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.models.conv_head_network import ConvHead

#: Pixels from one value of the encoder's last map to the next, which the head upsamples again.
STRIDE = 32


@dataclass(frozen=True, slots=True)
class HeadLayer:
    """A convolution from ``inputs`` to ``outputs`` channels and what the map is upsampled by after it."""

    inputs: int
    outputs: int
    factor: int


class ConvHeadOptions(EncoderModelOptions):
    """An encoder's last map (stride 32), and ``num_convs`` layers that bring it to the classes and the image's size.

    A layer is a 3 x 3 convolution, batch normalisation, ReLU and bilinear upsampling. Each halves the channels and
    doubles the map, but the last, which gives the classes and upsamples by the rest: with three layers on 512
    channels 512 -> 256 x 2, 256 -> 128 x 2, 128 -> classes x 8.
    """

    name: Literal["conv_head"] = "conv_head"
    encoder: EncoderName = "timm/resnet18"
    """``timm/NAME`` (the network's last feature map), ``vgg16``, ``vgg16_bn`` or ``mobilenet_v2``."""
    num_convs: int = Field(1, ge=1, le=5)
    """Layers of the head."""
    dilation: int = Field(1, ge=1)
    """Of the convolutions of the encoder's last block, padded so that the map keeps its size.

    These are the convolutions with kernels larger than 1 x 1 that share a module with the last one on the last
    map: two 3 x 3 ones of a ResNet-18, the depthwise one of an EfficientNet.
    """
    reset_dilated: bool = False
    """Initialise those convolutions anew, whatever their dilation; otherwise they keep the encoder's weights."""
    dropout: float = Field(0.0, ge=0.0, lt=1.0)
    """Probability of dropout on the encoder's map, before the head's first convolution."""
    activation_on_logits: bool = False
    """Batch normalisation and ReLU after the last convolution too, whose outputs are the logits."""

    def layers(self, channels: int, num_classes: int) -> tuple[HeadLayer, ...]:
        """The head's layers on a map of ``channels`` channels.

        >>> for layer in ConvHeadOptions(num_convs=3).layers(512, 6):
        ...     print(layer.inputs, layer.outputs, layer.factor)
        512 256 2
        256 128 2
        128 6 8

        Raises:
            ablate.errors.TrialError: there are too few channels to halve.
        """
        halvings = self.num_convs - 1
        widths = [channels >> halved for halved in range(self.num_convs)]
        if widths[-1] < 1:
            raise TrialError(
                f"model.num_convs: the last map of {self.encoder} has {channels} channels, which cannot be halved "
                f"{halvings} times; use fewer layers or another encoder"
            )
        halving = [HeadLayer(inputs, outputs, 2) for inputs, outputs in pairwise(widths)]
        return (*halving, HeadLayer(widths[-1], num_classes, STRIDE >> halvings))

    def build(self, shape: ImageShape, num_classes: int) -> ConvHead:
        """The network; see :class:`ablate.models.conv_head_network.ConvHead`."""
        for field, message in self.problems(shape):
            raise TrialError(f"model.{field}: {message}")
        from ablate.models.conv_head_network import ConvHead

        return ConvHead(self, shape.channels, num_classes)

    def warnings(self, shape: ImageShape) -> list[tuple[str, str]]:
        """A dilation whose kernels read nothing but padding beside their centre.

        Judged on whole images of ``shape``: training on random crops has a smaller map, on which a dilation may reach
        only padding while it does not when whole images are scored.
        """
        height, width = (-(-side // STRIDE) for side in (shape.height, shape.width))
        if self.dilation == 1 or self.dilation < min(height, width):
            return []
        effect = "in effect a 1 x 1 convolution"
        if self.dilation < max(height, width):
            effect = "in effect a convolution along the longer side"
        message = (
            f"dilation {self.dilation} reaches beyond the encoder's last map of {height} x {width}: beside their "
            f"centre the kernels see only padding, {effect}"
        )
        return [("dilation", message)]
