"""VGG16 as a fully convolutional network: FCN32s, FCN16s, FCN8s and FCN4s."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ablate.errors import TrialError
from ablate.models.encoders_vgg16 import map_sizes, scaled, stages, vgg16_work
from ablate.models.weights import WeightFile, Weights
from ablate.spec.sections import ModelOptions
from ablate.spec.values import IMAGENET, ImageShape, Normalization

if TYPE_CHECKING:
    from ablate.models.vgg16_fcn_network import VGG16FCN

#: Channels of the two convolutions that stand for VGG16's linear layers.
_FC_CHANNELS = 4096


class VGG16FCNOptions(ModelOptions):
    """VGG16 with its linear layers turned into convolutions (Long et al., 2015).

    The scores of the last map (stride 32) are upsampled by transposed convolutions. ``stride`` tells how fine the
    maps are that add scores of their own on the way: 32 takes the last map alone, 16 adds pooling 4, 8 pooling 3
    too, and 4 pooling 2 too.
    """

    tasks: ClassVar[tuple[str, ...]] = ("segmentation",)
    encoder_module: ClassVar[str | None] = "features"

    name: Literal["vgg16_fcn"] = "vgg16_fcn"
    stride: Literal[32, 16, 8, 4] = 32
    """Stride of the finest map that is scored, which the last transposed convolution undoes at once."""
    weights: Weights = "random"
    """``random``, ``imagenet`` (torchvision's VGG16) or the path of a state dict with ``features.*``."""
    batch_norm: bool = False
    """Batch normalisation after each convolution of the encoder, as in ``vgg16_bn``."""
    dropout: float = Field(0.0, ge=0.0, lt=1.0)
    """Probability of dropout after ``fc_1`` and ``fc_2``; 0.5 in the paper."""
    upsampling_init: Literal["bilinear", "random"] = "bilinear"
    """First weights of the transposed convolutions: bilinear interpolation as in the paper, or random."""
    width: float = Field(1.0, gt=0.0)
    """Factor on the channels of every layer but the scores, for small machines."""

    @property
    def encoder(self) -> str:
        """The name of the encoder."""
        return "vgg16_bn" if self.batch_norm else "vgg16"

    @property
    def fc_channels(self) -> int:
        """Channels of ``fc_1`` and ``fc_2``."""
        return scaled(_FC_CHANNELS, self.width)

    def work(self, shape: ImageShape) -> int:
        """That of the encoder and of ``fc_1`` and ``fc_2``; the scores cost next to nothing."""
        *_, (height, columns) = map_sizes(shape)
        encoded = stages(self.width)[-1][-1]
        head = (4 * encoded + self.fc_channels) * self.fc_channels
        return vgg16_work(shape, self.width) + height * columns * head

    def files(self) -> tuple[Path, ...]:
        """The file of weights, if there is one."""
        return (self.weights.location,) if isinstance(self.weights, WeightFile) else ()

    def normalization(self) -> Normalization | None:
        """What ImageNet weights were trained with, which those of files are taken for too."""
        return None if self.weights == "random" else IMAGENET

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Weights that are not there, or not of this width."""
        if isinstance(self.weights, WeightFile):
            missing = self.weights.problem()
            return [] if missing is None else [("weights", missing)]
        if self.weights == "imagenet" and self.width != 1.0:
            message = f"ImageNet weights are of width 1.0, not {self.width}"
            return [("width", f"{message}; use width: 1.0 or weights: random")]
        return []

    def build(self, shape: ImageShape, num_classes: int) -> VGG16FCN:
        """The network; see :class:`ablate.models.vgg16_fcn_network.VGG16FCN`."""
        for field, message in self.problems(shape):
            raise TrialError(f"model.{field}: {message}")
        from ablate.models.vgg16_fcn_network import vgg16_fcn

        return vgg16_fcn(self, shape.channels, num_classes)
