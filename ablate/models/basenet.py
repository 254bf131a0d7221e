"""BaseNet: a small convolutional network each of whose parts can be varied alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from ablate.errors import TrialError
from ablate.models.basenet_maps import Block, ShrunkMap, blocks
from ablate.spec.options import invalid
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.models.basenet_network import BaseNet

Count = Annotated[int, Field(ge=1)]

#: Normalising one value takes as long as this many multiply-adds of a convolution (measured on one CPU thread).
_BATCH_NORM_WORK = 40


class BaseNetOptions(ModelOptions):
    """Blocks of convolution, ReLU and max-pooling, then linear layers.

    The defaults are a LeNet-like network (LeCun et al., 1998) of 4,414 parameters on 1 x 28 x 28 images
    of 10 classes.

    >>> BaseNetOptions().problems(ImageShape(channels=1, height=28, width=28))
    []
    """

    name: Literal["basenet"] = "basenet"
    channels: tuple[Count, ...] = Field((6, 12), min_length=1)
    """Output channels of each block; one block an entry, each halves the map by max-pooling."""
    num_convs: int = Field(1, ge=1)
    """Convolutions in each block; those after a block's first keep channels and map size."""
    kernel_size: int = Field(5, ge=1)
    """Side of every convolution's kernel, odd."""
    padding: Literal["none", "same"] = "none"
    """Of each block's first convolution: ``same`` keeps the map's size, for small images."""
    batch_norm: bool = False
    """Batch normalisation between each convolution and its ReLU."""
    dilation: int = Field(1, ge=1)
    """Of the last block's convolutions, padded so that the map (hence the parameters) stays the same."""
    hidden: tuple[Count, ...] = (12,)
    """Width of each hidden linear layer."""
    dropout: float = Field(0.0, ge=0.0, lt=1.0)
    """Probability of dropout after each hidden linear layer, before its ReLU."""

    @field_validator("kernel_size")
    @classmethod
    def _kernel_is_odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise invalid(
                f"kernel_size must be odd, not {value}", f"Use {value - 1} or {value + 1}"
            )
        return value

    def blocks(self, shape: ImageShape) -> tuple[Block, ...]:
        """The blocks with their map sizes on images of ``shape``.

        Raises:
            ShrunkMap: a map shrinks to nothing.
        """
        return blocks(
            (shape.height, shape.width),
            count=len(self.channels),
            num_convs=self.num_convs,
            kernel_size=self.kernel_size,
            same=self.padding == "same",
            dilation=self.dilation,
        )

    def work(self, shape: ImageShape) -> int:
        """That of the convolutions and batch norms; the linear layers cost next to nothing."""
        total, inputs = 0, shape.channels
        for block, outputs in zip(self.blocks(shape), self.channels, strict=True):
            for conv in block.convs:
                height, width = conv.after
                each = inputs * self.kernel_size**2 + (_BATCH_NORM_WORK if self.batch_norm else 0)
                total += height * width * outputs * each
                inputs = outputs
        return total

    def build(self, shape: ImageShape, num_classes: int) -> BaseNet:
        """The network; see :class:`ablate.models.basenet_network.BaseNet`."""
        from ablate.models.basenet_network import BaseNet

        try:
            found = self.blocks(shape)
        except ShrunkMap as error:
            raise TrialError(f"basenet does not fit images of {shape}: {error}") from None
        return BaseNet(self, found, shape.channels, num_classes)

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """A map that shrinks to nothing."""
        try:
            self.blocks(shape)
        except ShrunkMap as error:
            return [(error.field, f"{error} (images are {shape})")]
        return []

    def warnings(self, shape: ImageShape) -> list[tuple[str, str]]:
        """A dilation whose outer taps read nothing but padding."""
        if self.problems(shape) or self.dilation == 1:
            return []
        last = self.blocks(shape)[-1]
        if not any(conv.reaches_only_padding for conv in last.convs):
            return []
        height, width = last.convs[-1].before
        message = (
            f"dilation {self.dilation} reaches beyond the last block's {height} x {width} map: "
            "the outer taps of its kernels see only padding"
        )
        return [("dilation", message)]

    def inert(self) -> tuple[str, ...]:
        """``dropout`` without hidden layers; ``dilation`` and ``padding`` of 1 x 1 kernels."""
        of_linear = () if self.hidden else ("dropout",)
        of_kernel = ("dilation", "padding") if self.kernel_size == 1 else ()
        return of_linear + of_kernel
