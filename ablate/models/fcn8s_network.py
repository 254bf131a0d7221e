"""FCN-8s with a decoder of five transposed convolutions (this module imports torch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from ablate.models.encoders_network import check_maps, encoder_network

if TYPE_CHECKING:
    from ablate.models.fcn8s import FCN8sOptions

#: The strides of the encoder's maps, the last of which is decoded; a stage adds the map of its size.
_STRIDES = {"x5": 32, "x4": 16, "x3": 8}
_ADDED = ("x4", "x3", None, None, None)


class FCN8s(nn.Module):
    """Images (N, C, H, W) float32 of any size to logits (N, num_classes, H, W).

    ``decoder`` holds five stages, each of which doubles the map, and ``classifier`` scores its pixels. An image is
    padded to multiples of 32 pixels, and the scores of the padding are cut off.

    Raises:
        ablate.errors.TrialError: the encoder lacks maps of strides 8, 16 and 32, or its weights cannot be had.
    """

    def __init__(self, options: FCN8sOptions, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.encoder = encoder_network(options.encoder, options.weights, in_channels)
        check_maps(self.encoder, options.encoder, tuple(_STRIDES.values()))
        indices = {stride: index for index, stride in enumerate(self.encoder.strides)}
        self._indices = {name: indices[stride] for name, stride in _STRIDES.items()}
        channels = {name: self.encoder.channels[index] for name, index in self._indices.items()}
        self.decoder = nn.ModuleList()
        inputs = channels["x5"]
        for outputs, added in zip(options.channels, _ADDED, strict=True):
            skipped = channels[added] if added in options.skip else 0
            self.decoder.append(_Stage(inputs, outputs, skipped))
            inputs = outputs
        self.classifier = nn.Conv2d(inputs, num_classes, 1)
        self._skip = options.skip

    def forward(self, image: Tensor) -> Tensor:
        """Image (N, C, H, W) to logits (N, num_classes, H, W)."""
        found = self.encoder(image)
        maps = {name: found[index] for name, index in self._indices.items()}
        hidden = maps["x5"]
        for stage, added in zip(self.decoder, _ADDED, strict=True):
            hidden = stage(hidden, maps[added] if added in self._skip else None)
        logits: Tensor = self.classifier(hidden)
        return logits[..., : image.shape[-2], : image.shape[-1]]


class _Stage(nn.Module):
    """Transposed convolution, ReLU, the sum with a map of ``added`` channels (0: none), batch normalisation."""

    def __init__(self, inputs: int, outputs: int, added: int) -> None:
        super().__init__()
        self.deconv = nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)
        self.relu = nn.ReLU(inplace=True)
        if added:
            self.match = nn.Identity() if added == outputs else nn.Conv2d(added, outputs, 1)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, hidden: Tensor, skip: Tensor | None) -> Tensor:
        hidden = self.relu(self.deconv(hidden))
        if skip is not None:
            hidden = hidden + self.match(skip)
        normalised: Tensor = self.bn(hidden)
        return normalised
