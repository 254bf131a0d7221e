"""Networks that start from the encoder of an earlier training (this module imports torch)."""

from __future__ import annotations

import torch

from ablate.errors import TrialError
from ablate.models.encoder_weights import fitted, load_encoder
from ablate.models.loading import LoadReport, load_weights, read_state
from ablate.spec.earlier import Start
from ablate.spec.normalization_record import read_normalization
from ablate.spec.sections import ModelOptions
from ablate.spec.values import Normalization


def load_start(net: torch.nn.Module, options: ModelOptions, start: Start) -> LoadReport:
    """Copy the encoder of an earlier training into ``net``.

    The head stays at its initialisation even where the shapes are the same.

    Args:
        net: freshly initialised.
        options: what ``net`` was built from; they know its encoder.
        start: where the weights lie.

    Raises:
        ablate.errors.TrialError: the weights are of another architecture.
    """
    state = read_state(start.weights)
    if options.encoder_module is not None:
        own = net.get_submodule(options.encoder_module).state_dict()
        return load_encoder(net, options.encoder_module, fitted(own, state), source=start.source)
    state = fitted(net.state_dict(), state)
    return load_weights(net, state, head=options.head(net), source=start.source, new_head=True)


def start_normalization(start: Start) -> Normalization:
    """The mean and std that the earlier training gave its inputs.

    Raises:
        ablate.errors.TrialError: it did not note them.
    """
    try:
        return read_normalization(start.artifacts)
    except ValueError as error:
        raise TrialError(
            f"{start.source} does not say how its images were normalised: {error}. "
            "Set data.normalize to 'train', 'imagenet' or a mean and std"
        ) from None
