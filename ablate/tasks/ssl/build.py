"""From options and a network to the modules of a self-supervised training (this module imports torch)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from ablate.spec.values import ImageShape
from ablate.tasks.ssl.byol import Byol
from ablate.tasks.ssl.modules import Branch, SelfSupervised, cut, features, perceptron
from ablate.tasks.ssl.options import Ssl
from ablate.tasks.ssl.simclr import SimClr


def build(
    options: Ssl, net: nn.Module, head: Sequence[str], shape: ImageShape, steps: int
) -> SelfSupervised:
    """The modules of ``options.method`` around ``net``, a classifier whose ``head`` is cut off.

    Args:
        options: method and widths.
        net: a new classifier of images of ``shape``; it becomes the encoder.
        head: the modules of ``net`` that give its logits.
        shape: of the images.
        steps: steps of the whole training, at most.
    """
    encoder = cut(net, head)
    hidden, width = options.projector
    online = Branch(encoder, perceptron(_feature_count(encoder, shape), hidden, width))
    if options.method == "simclr":
        return SimClr(online)
    predictor = None
    if options.predictor is not None:
        predictor = perceptron(width, options.predictor, width)
    return Byol(online, predictor, momentum=options.momentum, steps=steps)


def _feature_count(encoder: nn.Module, shape: ImageShape) -> int:
    """How many values an image's representation has, found by representing one."""
    training = encoder.training
    encoder.eval()
    with torch.no_grad():
        image = torch.zeros(1, shape.channels, shape.height, shape.width)
        count = features(encoder, image).shape[1]
    encoder.train(training)
    return count
