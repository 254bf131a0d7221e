"""A network of one's own for `studies/plugin.yaml`: fire modules for images of a few pixels.

F. N. Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters (2016),
https://arxiv.org/abs/1602.07360. A fire module squeezes its input to few channels by a 1 x 1 convolution and expands
them again by 1 x 1 and 3 x 3 convolutions side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ablate.plugins import register
from ablate.spec.sections import ModelOptions, Probability

if TYPE_CHECKING:
    import torch

    from ablate.spec.values import ImageShape


@register("model", "squeeze_net")
class SqueezeNet(ModelOptions):
    """Fire modules after a stem, then global average pooling."""

    name: str
    fires: int = Field(3, ge=1)
    """How many fire modules."""
    squeeze: int = Field(8, ge=1)
    """Channels that a fire module squeezes its input to."""
    expand: int = Field(16, ge=1)
    """Channels of each of the two expanding convolutions; twice as many come out."""
    bypass: bool = False
    """Add its input to what a fire module computes, as in the paper's simple bypass."""
    dropout: Probability = 0.0
    """Before the classifier."""

    def build(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network, freshly initialised from torch's global generator."""
        from torch import Tensor, nn

        width = 2 * self.expand

        class Fire(nn.Module):
            def __init__(self, squeeze: int, expand: int, *, bypass: bool) -> None:
                super().__init__()
                self.squeeze = nn.Conv2d(width, squeeze, 1)
                self.expand1 = nn.Conv2d(squeeze, expand, 1)
                self.expand3 = nn.Conv2d(squeeze, expand, 3, padding=1)
                self.norm = nn.BatchNorm2d(width)
                self.bypass = bypass

            def forward(self, x: Tensor) -> Tensor:
                import torch

                s = self.squeeze(x).relu()
                y = self.norm(torch.cat([self.expand1(s), self.expand3(s)], dim=1))
                return (x + y if self.bypass else y).relu()

        return nn.Sequential(
            nn.Conv2d(shape.channels, width, 3, padding=1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            *(Fire(self.squeeze, self.expand, bypass=self.bypass) for _ in range(self.fires)),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(self.dropout),
            nn.Linear(width, num_classes),
        )
