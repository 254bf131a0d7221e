"""What the methods are made of: an encoder, and multilayer perceptrons behind it.

Shapes: N images, V = 2 views of each, D values of a projection. Views come as (V * N, C, H, W): the first views of
all images, then the second ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class Branch(nn.Module):
    """An encoder and the projector behind it: images (N, C, H, W) to projections (N, D).

    ``head`` names the modules of ``encoder`` that do nothing, because they were its head.
    """

    def __init__(self, encoder: nn.Module, projector: nn.Module, head: Sequence[str] = ()) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = projector
        self.head = tuple(head)

    def forward(self, images: Tensor) -> Tensor:
        """(N, D), not normalised."""
        projection: Tensor = self.projector(features(self.encoder, images))
        return projection


class SelfSupervised(nn.Module):
    """Everything that a method trains; ``online`` is the branch whose encoder is kept.

    In a call it maps views (V * N, C, H, W) to whatever the method's loss compares.
    """

    online: Branch

    def begin(self) -> None:
        """What follows from the weights of ``online`` is set anew: they were loaded."""

    def after_step(self) -> None:
        """What the method does after each step of the optimizer."""


def features(encoder: nn.Module, images: Tensor) -> Tensor:
    """(N, F): the representation of images (N, C, H, W)."""
    found: Tensor = encoder(images)
    return found.flatten(1)


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Linear, batch norm, ReLU, linear: projector and predictor of BYOL (section 3.3 and appendix J)."""
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(inplace=True),
        nn.Linear(hidden, outputs),
    )


def cut(net: nn.Module, head: Sequence[str]) -> nn.Module:
    """``net`` itself, the modules named ``head`` replaced by ones that do nothing."""
    for name in head:
        net.set_submodule(name, nn.Identity())
    return net
