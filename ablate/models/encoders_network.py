"""Building encoders (this module imports torch)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import timm
import torch
from timm.models import model_entrypoint
from torch import Tensor, nn
from torch.nn import functional

from ablate.catalogue.meta import on_meta
from ablate.errors import TrialError
from ablate.models.encoder_weights import fitted
from ablate.models.encoders_features import MobileNetV2Body, VGG16Body, torchvision_state
from ablate.models.loading import State, load_weights, read_state
from ablate.models.refusals import downloading, explained
from ablate.models.timm_family import PREFIX
from ablate.models.weights import WeightFile, Weights

_OF_TORCHVISION: dict[str, Callable[[int], VGG16Body | MobileNetV2Body]] = {
    "mobilenet_v2": MobileNetV2Body,
    "vgg16": lambda in_channels: VGG16Body(in_channels, batch_norm=False),
    "vgg16_bn": lambda in_channels: VGG16Body(in_channels, batch_norm=True),
}


class Encoder(nn.Module):
    """An encoder's feature maps, of any image.

    ``channels`` and ``strides`` (pixels from one value of the map to the next) describe the maps, the largest
    first. ``body`` is the library's own network, whose layers have the library's names: ``body.layer4[1].conv2``
    of ``timm/resnet18``, ``body.features[28]`` of ``vgg16``.
    """

    def __init__(
        self,
        body: nn.Module,
        channels: tuple[int, ...],
        strides: tuple[int, ...],
        *,
        channels_last: bool = False,
    ) -> None:
        super().__init__()
        self.body = body
        self.channels = channels
        self.strides = strides
        self._channels_last = channels_last

    def forward(self, image: Tensor) -> list[Tensor]:
        """Image (N, C, H, W) to maps (N, channels[i], ceil(H / d) d / strides[i], ...), d the last stride.

        An image whose sides are no multiples of the last stride is padded by zeros below and on the right.
        """
        unit = self.strides[-1]
        padding = (0, -image.shape[-1] % unit, 0, -image.shape[-2] % unit)
        maps: list[Tensor] = self.body(functional.pad(image, padding))
        return [item.permute(0, 3, 1, 2) for item in maps] if self._channels_last else maps


def encoder_network(encoder: str, weights: Weights, in_channels: int) -> Encoder:
    """The encoder called ``encoder`` with its weights, for images of ``in_channels`` channels.

    A first convolution for other than three channels takes the RGB kernels of the weights summed.

    Raises:
        ablate.errors.TrialError: no such weights, weights of another network, or no feature maps.
    """
    if encoder.startswith(PREFIX):
        return _timm_encoder(encoder, weights, in_channels)
    body = _OF_TORCHVISION[encoder](in_channels)
    if weights != "random":
        state, source = torchvision_state(encoder, weights)
        load_weights(body, fitted(body.state_dict(), state), head=(), source=source)
    return Encoder(body, body.channels, body.strides)


def check_maps(encoder: Encoder, name: str, strides: tuple[int, ...]) -> None:
    """Make sure that the encoder called ``name`` gives maps of ``strides``; its weights stay.

    Raises:
        ablate.errors.TrialError: there is no such map, or it is smaller than its stride tells.
    """
    side = 2 * encoder.strides[-1]
    first = next(module for module in encoder.modules() if isinstance(module, nn.Conv2d))
    image = torch.zeros(1, first.in_channels, side, side, device=first.weight.device)
    training = encoder.training
    with explained(f"{name} cannot be an encoder", "use another"), torch.no_grad():
        maps = encoder.eval()(image)
    encoder.train(training)
    told = zip(encoder.strides, maps, strict=True)
    found = [stride for stride, item in told if item.shape[-1] * stride == side]
    if not set(strides) <= set(found):
        raise TrialError(
            f"{name} cannot be the encoder: needed are maps of strides {_listed(strides)}, it has "
            f"those of {_listed(found)}; use another, such as timm/resnet18"
        )


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, dict.fromkeys(numbers)))


def _timm_encoder(encoder: str, weights: Weights, in_channels: int) -> Encoder:
    name = encoder.removeprefix(PREFIX)
    with downloading(encoder), explained(f"{encoder} cannot be an encoder", "use another"):
        body: Any = timm.create_model(
            name, features_only=True, pretrained=weights == "imagenet", in_chans=in_channels
        )
    if isinstance(weights, WeightFile):
        with explained(f"{weights.path} does not fit {encoder}", "weights of another network?"):
            state = _converted(read_state(weights.location), name)
        load_weights(body, fitted(body.state_dict(), state), head=(), source=weights.path)
    return Encoder(
        body,
        tuple(body.feature_info.channels()),
        tuple(body.feature_info.reduction()),
        channels_last=getattr(body, "output_fmt", "NCHW") == "NHWC",
    )


def _converted(state: State, name: str) -> State:
    """``state`` as the architecture's own conversion has it, which turns old names into today's."""
    module = sys.modules[model_entrypoint(name.partition(".")[0]).__module__]
    convert = getattr(module, "checkpoint_filter_fn", None)
    if convert is None:
        return state
    converted: State = convert(dict(state), on_meta(timm.create_model, name))
    return converted
