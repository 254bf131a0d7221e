"""A head of convolutions and upsampling on the last map of an encoder (this module imports torch)."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from torch import Tensor, nn

from ablate.errors import TrialError
from ablate.models.conv_head import STRIDE, HeadLayer
from ablate.models.conv_head_dilation import dilate_last_block
from ablate.models.encoders_network import encoder_network

if TYPE_CHECKING:
    from ablate.models.conv_head import ConvHeadOptions


class ConvHead(nn.Module):
    """Images (N, C, H, W) float32 of any size to logits (N, num_classes, H, W).

    ``head[0]``, ``head[1]``, ... are the layers of the head. An image is padded to multiples of 32 pixels, and the
    logits of the padding are cut off.

    Raises:
        ablate.errors.TrialError: the encoder's last map is not of stride 32, has too few channels or nothing to
            dilate, or its weights cannot be had.
    """

    def __init__(self, options: ConvHeadOptions, in_channels: int, num_classes: int) -> None:
        super().__init__()
        name = options.encoder
        self.encoder = encoder_network(name, options.weights, in_channels)
        if self.encoder.strides[-1] != STRIDE:
            raise TrialError(
                f"model.encoder: conv_head needs a last map of stride {STRIDE}, and that of {name} is of stride "
                f"{self.encoder.strides[-1]}; use an encoder such as timm/resnet18"
            )
        if options.dilation > 1 or options.reset_dilated:
            dilate_last_block(
                self.encoder,
                name,
                in_channels,
                dilation=options.dilation,
                reset=options.reset_dilated,
            )
        self.dropout = nn.Dropout(options.dropout) if options.dropout else nn.Identity()
        *layers, last = options.layers(self.encoder.channels[-1], num_classes)
        self.head = nn.Sequential(
            *(_layer(layer, activation=True) for layer in layers),
            _layer(last, activation=options.activation_on_logits),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Image (N, C, H, W) to logits (N, num_classes, H, W)."""
        hidden = self.dropout(self.encoder(image)[-1])
        logits: Tensor = self.head(hidden)
        return logits[..., : image.shape[-2], : image.shape[-1]]


def _layer(layer: HeadLayer, *, activation: bool) -> nn.Sequential:
    """3 x 3 convolution, upsampling, and with ``activation`` batch normalisation and ReLU between them."""
    # Batch normalisation has a bias of its own.
    conv = nn.Conv2d(layer.inputs, layer.outputs, 3, padding=1, bias=not activation)
    parts: OrderedDict[str, nn.Module] = OrderedDict(conv=conv)
    if activation:
        parts["bn"] = nn.BatchNorm2d(layer.outputs)
        parts["relu"] = nn.ReLU(inplace=True)
    parts["upsample"] = nn.Upsample(scale_factor=layer.factor, mode="bilinear")
    return nn.Sequential(parts)
