"""FCN32s, FCN16s, FCN8s and FCN4s as a torch module whose layers have names (this module imports torch)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from ablate.models.encoders_features import pooled_maps, torchvision_state, vgg16_features
from ablate.models.encoders_vgg16 import stages
from ablate.models.loading import load_weights

if TYPE_CHECKING:
    from ablate.models.vgg16_fcn import VGG16FCNOptions

# "Same" padding of the even kernel of fc_1 is meant: its map keeps its size.
warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")

#: The poolings whose maps may be scored beside the last, coarsest first: stride to number.
_POOLINGS = {16: 4, 8: 3, 4: 2}


class VGG16FCN(nn.Module):
    """Images (N, C, H, W) float32 of any size to logits (N, num_classes, H, W).

    ``features`` are VGG16's layers as torchvision names them; ``fc_1`` and ``fc_2`` follow. ``scores.pool5`` scores
    their map, ``scores.pool4``, ... those of earlier poolings. ``upsampling.pool4``, ... doubles the scores to add
    them to those of that pooling, and ``upsampling.image`` restores the image's size.

    Convolutions keep the size of their map and poolings round it up. What upsampling gives beyond the next map's
    size, or the image's, is cut off.
    """

    def __init__(self, options: VGG16FCNOptions, in_channels: int, num_classes: int) -> None:
        super().__init__()
        width, fc_channels = options.width, options.fc_channels
        encoded = [stage[-1] for stage in stages(width)]
        bilinear = options.upsampling_init == "bilinear"
        self.features = vgg16_features(in_channels, batch_norm=options.batch_norm, width=width)
        self.fc_1 = _convolution(encoded[-1], fc_channels, 2, "relu")
        self.fc_1_relu = nn.ReLU(inplace=True)
        self.fc_1_dropout = _dropout(options.dropout)
        self.fc_2 = _convolution(fc_channels, fc_channels, 1, "relu")
        self.fc_2_relu = nn.ReLU(inplace=True)
        self.fc_2_dropout = _dropout(options.dropout)
        self.scores = nn.ModuleDict({"pool5": _convolution(fc_channels, num_classes, 1, "linear")})
        self.upsampling = nn.ModuleDict()
        for pooling in (number for stride, number in _POOLINGS.items() if stride >= options.stride):
            score = _convolution(encoded[pooling - 1], num_classes, 1, "linear")
            self.scores[f"pool{pooling}"] = score
            self.upsampling[f"pool{pooling}"] = _upsampling(num_classes, 2, bilinear)
        self.upsampling["image"] = _upsampling(num_classes, options.stride, bilinear)

    def forward(self, image: Tensor) -> Tensor:
        """Image (N, C, H, W) to logits (N, num_classes, H, W)."""
        maps = pooled_maps(self.features, image)
        hidden = self.fc_1_dropout(self.fc_1_relu(self.fc_1(maps[-1])))
        hidden = self.fc_2_dropout(self.fc_2_relu(self.fc_2(hidden)))
        scores = self.scores["pool5"](hidden)
        for pooling in _POOLINGS.values():
            name = f"pool{pooling}"
            if name in self.scores:
                upsampled = self.upsampling[name](scores)
                finer = self.scores[name](maps[pooling - 1])
                scores = cropped(upsampled, finer) + finer
        return cropped(self.upsampling["image"](scores), image)


def vgg16_fcn(options: VGG16FCNOptions, in_channels: int, num_classes: int) -> VGG16FCN:
    """The network with its weights.

    Those of a file that holds a whole network of this kind are all loaded, so that a finer network can start from
    a trained coarser one, as in the paper; layers that the file lacks or has otherwise stay at their initialisation.

    Raises:
        ablate.errors.TrialError: the weights cannot be had, or are another network's.
    """
    net = VGG16FCN(options, in_channels, num_classes)
    if options.weights != "random":
        state, source = torchvision_state(options.encoder, options.weights)
        head = tuple(name for name, _ in net.named_modules() if not name.startswith("features"))
        load_weights(net, state, head=head, source=source)
    return net


def cropped(scores: Tensor, like: Tensor) -> Tensor:
    """The upper left part of ``scores`` that has the height and width of ``like``."""
    return scores[..., : like.shape[-2], : like.shape[-1]]


def bilinear_kernel(stride: int) -> Tensor:
    """The kernel (2 stride, 2 stride) by which a transposed convolution interpolates bilinearly.

    >>> bilinear_kernel(2)[0]
    tensor([0.0625, 0.1875, 0.1875, 0.0625])
    """
    position = torch.arange(2 * stride, dtype=torch.float32)
    line = 1 - (position - (stride - 0.5)).abs() / stride
    return torch.outer(line, line)


def _convolution(
    inputs: int, outputs: int, kernel_size: int, following: Literal["relu", "linear"]
) -> nn.Conv2d:
    """A convolution that keeps the map's size, initialised for what follows it (He et al., 2015)."""
    layer = nn.Conv2d(inputs, outputs, kernel_size, padding="same")
    nn.init.kaiming_normal_(layer.weight, nonlinearity=following)
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return layer


def _upsampling(channels: int, stride: int, bilinear: bool) -> nn.ConvTranspose2d:
    """From a map of H x W to one of stride H x stride W; bilinear: each channel by itself."""
    layer = nn.ConvTranspose2d(
        channels, channels, 2 * stride, stride=stride, padding=stride // 2, bias=False
    )
    if bilinear:
        with torch.no_grad():
            layer.weight.zero_()
            layer.weight[range(channels), range(channels)] = bilinear_kernel(stride)
    return layer


def _dropout(probability: float) -> nn.Module:
    return nn.Dropout(probability) if probability else nn.Identity()
