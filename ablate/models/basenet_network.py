"""BaseNet as a torch module whose layers have names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import nn

from ablate.models.basenet_maps import Block

if TYPE_CHECKING:
    from ablate.models.basenet import BaseNetOptions

Layers = Iterator[tuple[str, nn.Module]]


class BaseNet(nn.Sequential):
    """Convolutional blocks (``conv1, bn1, relu1, pool1, ...``), then linear layers (``fc1, ...``).

    Images (N, C, H, W) float32 to logits (N, num_classes). With several convolutions in a block their
    layers are ``conv1_1, conv1_2, ...``. ReLUs are numbered through: ``relu3`` follows ``fc1`` of a
    network with two blocks.
    """

    def __init__(
        self, options: BaseNetOptions, blocks: tuple[Block, ...], in_channels: int, num_classes: int
    ) -> None:
        height, width = blocks[-1].pooled
        features = options.channels[-1] * height * width
        super().__init__(
            OrderedDict(
                [
                    *_blocks(options, blocks, in_channels),
                    ("flatten", nn.Flatten()),
                    *_linear(options, features, num_classes),
                ]
            )
        )


def _blocks(options: BaseNetOptions, blocks: tuple[Block, ...], in_channels: int) -> Layers:
    for number, (block, channels) in enumerate(zip(blocks, options.channels, strict=True), 1):
        for index, conv in enumerate(block.convs, 1):
            label = f"{number}_{index}" if len(block.convs) > 1 else f"{number}"
            yield (
                f"conv{label}",
                nn.Conv2d(
                    in_channels,
                    channels,
                    conv.kernel_size,
                    padding=conv.padding,
                    dilation=conv.dilation,
                ),
            )
            if options.batch_norm:
                yield f"bn{label}", nn.BatchNorm2d(channels)
            yield f"relu{label}", nn.ReLU()
            in_channels = channels
        yield f"pool{number}", nn.MaxPool2d(2)


def _linear(options: BaseNetOptions, features: int, num_classes: int) -> Layers:
    first_relu = len(options.channels) + 1
    for index, width in enumerate(options.hidden):
        yield f"fc{index + 1}", nn.Linear(features, width)
        if options.dropout:
            yield f"dropout{index + 1}", nn.Dropout(options.dropout)
        yield f"relu{first_relu + index}", nn.ReLU()
        features = width
    yield f"fc{len(options.hidden) + 1}", nn.Linear(features, num_classes)
