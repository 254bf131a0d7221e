"""Torchvision's encoders: their layers, the maps on the way and their weights (this module imports torch)."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn
from torchvision import models

from ablate.models.encoders_vgg16 import stages
from ablate.models.loading import State, read_state
from ablate.models.refusals import downloading
from ablate.models.weights import WeightFile, Weights


def vgg16_features(
    in_channels: int, *, batch_norm: bool = False, width: float = 1.0
) -> nn.Sequential:
    """The layers of VGG16 up to its last pooling, named and initialised as torchvision's ``features``.

    Pooling rounds up ("same" padding), so that maps have ceil(H / 2), ceil(H / 4), ... rows.
    """
    layers = list(_vgg16_layers(in_channels, batch_norm, width))
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return nn.Sequential(*layers)


def _vgg16_layers(in_channels: int, batch_norm: bool, width: float) -> Iterator[nn.Module]:
    for stage in stages(width):
        for channels in stage:
            yield nn.Conv2d(in_channels, channels, 3, padding=1)
            if batch_norm:
                yield nn.BatchNorm2d(channels)
            yield nn.ReLU(inplace=True)
            in_channels = channels
        yield nn.MaxPool2d(2, ceil_mode=True)


def pooled_maps(features: nn.Sequential, image: Tensor) -> list[Tensor]:
    """The output of each pooling of ``features``: for VGG16 five maps of strides 2, 4, 8, 16 and 32."""
    pools = [index for index, layer in enumerate(features) if isinstance(layer, nn.MaxPool2d)]
    return maps_at(features, pools, image)


def maps_at(features: nn.Sequential, indices: list[int], image: Tensor) -> list[Tensor]:
    """The outputs of the layers of ``features`` at ``indices``."""
    found, hidden = [], image
    for index, layer in enumerate(features):
        hidden = layer(hidden)
        if index in indices:
            found.append(hidden)
    return found


class VGG16Body(nn.Module):
    """VGG16 up to its last pooling; gives the map after each pooling."""

    channels = tuple(stage[-1] for stage in stages())
    strides = (2, 4, 8, 16, 32)

    def __init__(self, in_channels: int, *, batch_norm: bool) -> None:
        super().__init__()
        self.features = vgg16_features(in_channels, batch_norm=batch_norm)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Image (N, C, H, W) to five maps, the largest first."""
        return pooled_maps(self.features, image)


class MobileNetV2Body(nn.Module):
    """MobileNetV2 (Sandler et al., 2018) up to its pooling; gives the last map of each size."""

    channels = (16, 24, 32, 96, 1280)
    strides = (2, 4, 8, 16, 32)

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.features: nn.Sequential = models.mobilenet_v2().features
        if in_channels != 3:
            first = nn.Conv2d(in_channels, 32, 3, stride=2, padding=1, bias=False)
            nn.init.kaiming_normal_(first.weight, mode="fan_out")
            self.features[0][0] = first

    def forward(self, image: Tensor) -> list[Tensor]:
        """Image (N, C, H, W) to five maps, the largest first."""
        return maps_at(self.features, [1, 3, 6, 13, 18], image)


def torchvision_state(name: str, weights: Weights) -> tuple[State, str]:
    """The tensors of a file, or those of torchvision's network ``name``; and what they are called.

    Raises:
        ablate.errors.TrialError: they cannot be had.
    """
    if isinstance(weights, WeightFile):
        return read_state(weights.location), weights.path
    with downloading(name):
        state: State = models.get_model_weights(name).DEFAULT.get_state_dict(progress=False)
    return state, f"torchvision's weights of {name}"
