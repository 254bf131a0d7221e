"""One image through a new segmentation network, so that a misfit shows before training (this module imports torch)."""

from __future__ import annotations

import torch

from ablate.errors import TrialError
from ablate.models.refusals import explained
from ablate.spec.values import ImageShape


def check_masks(net: torch.nn.Module, name: str, shape: ImageShape, num_classes: int) -> None:
    """Make sure that ``net`` gives logits of an image's own height and width; its weights stay.

    Raises:
        ablate.errors.TrialError: the network refuses the image or gives anything else.
    """
    training = net.training
    image = torch.zeros(1, shape.channels, shape.height, shape.width)
    what = f"model {name} cannot take images of {shape}"
    with explained(what, "another data.size or other model.options may fit"), torch.no_grad():
        logits = net.eval()(image)
    net.train(training)
    found = tuple(logits.shape) if isinstance(logits, torch.Tensor) else type(logits).__name__
    wanted = (1, num_classes, shape.height, shape.width)
    if found != wanted:
        raise TrialError(
            f"model {name} gives {found} for one image of {shape} instead of {wanted}: "
            "not a segmentation network of full resolution with these options"
        )
