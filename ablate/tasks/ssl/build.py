"""From options to the modules of a self-supervised training (this module imports torch)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from ablate.models.weights import WeightFile
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape
from ablate.tasks.ssl.byol import Byol
from ablate.tasks.ssl.modules import Branch, SelfSupervised, cut, features, perceptron
from ablate.tasks.ssl.modules_file import holds_modules, load_modules
from ablate.tasks.ssl.options import Ssl
from ablate.tasks.ssl.simclr import SimClr


def build(
    options: Ssl, model: ModelOptions, shape: ImageShape, num_classes: int, steps: int
) -> SelfSupervised:
    """The modules of ``options.method``; the network of ``model`` without its head is their encoder.

    Where ``model.weights`` is the ``modules.safetensors`` of another self-supervised training, all modules start from
    there; other weights are the encoder's alone.

    Args:
        options: method and widths.
        model: a classifier.
        shape: of the images.
        num_classes: of the data set; only the head, which is cut off, depends on it.
        steps: steps of the whole training, at most.

    Raises:
        TrialError: the network cannot be built, or the weights do not fit.
    """
    start = _modules_file(model)
    if start is not None:
        model = model.model_copy(update={"weights": "random"})
    net = model.build(shape, num_classes)
    modules = _around(options, net, model.head(net), shape, steps)
    if start is not None:
        load_modules(modules, start, str(start))
    return modules


def _around(
    options: Ssl, net: nn.Module, head: Sequence[str], shape: ImageShape, steps: int
) -> SelfSupervised:
    encoder = cut(net, head)
    hidden, width = options.projector
    online = Branch(encoder, perceptron(_feature_count(encoder, shape), hidden, width), head)
    if options.method == "simclr":
        return SimClr(online)
    predictor = None
    if options.predictor is not None:
        predictor = perceptron(width, options.predictor, width)
    return Byol(online, predictor, momentum=options.momentum, steps=steps)


def _modules_file(model: ModelOptions) -> Path | None:
    weights = getattr(model, "weights", None)
    if isinstance(weights, WeightFile) and holds_modules(weights.location):
        return weights.location
    return None


def _feature_count(encoder: nn.Module, shape: ImageShape) -> int:
    """How many values an image's representation has, found by representing one."""
    training = encoder.training
    encoder.eval()
    with torch.no_grad():
        image = torch.zeros(1, shape.channels, shape.height, shape.width)
        count = features(encoder, image).shape[1]
    encoder.train(training)
    return count
