"""The network of a finished trial, with its trained weights."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from torch import nn

from ablate.data import PreparedData
from ablate.errors import TrialError
from ablate.models.loading import read_state
from ablate.spec.config import TrialConfig
from ablate.tasks.task import TaskOptions


def trained_network(config: TrialConfig, data: PreparedData, weights: Path) -> nn.Module:
    """The network that ``config`` describes with the weights of a trial; in evaluation mode.

    Of a self-supervised training it is the encoder. Where training started from is not read.

    Raises:
        TrialError: the weights cannot be read, or are of another network.
    """
    task = cast(TaskOptions, config.task)
    options = config.from_random.model
    pretrained = getattr(options, "weights", "random") != "random"
    if pretrained:
        options = options.model_copy(update={"weights": "random"})
    network = task.network(task.build(options, data.shape, data.num_classes, steps=1))
    if pretrained and hasattr(network, "transform_input"):
        setattr(network, "transform_input", True)  # noqa: B010 - torchvision's Inceptions: no part of their state
    try:
        network.load_state_dict(read_state(weights))
    except RuntimeError as error:
        raise TrialError(f"{weights} does not fit model {config.model.name}: {error}") from error
    return network.eval()
