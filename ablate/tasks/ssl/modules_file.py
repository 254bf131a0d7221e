"""The files of weights that a self-supervised training leaves, and starting another one from them.

``weights.safetensors`` is the encoder under the network's own names, without a head: what any other task starts from.
``modules.safetensors`` holds all modules (of BYOL ``online.encoder``, ``online.projector``, ``predictor`` and
``target``): what another self-supervised training starts from, with a new optimizer and a new momentum schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from ablate.errors import TrialError
from ablate.models.encoder_weights import fitted
from ablate.models.loading import LoadReport, load_weights, read_state
from ablate.spec.earlier import Start
from ablate.tasks.ssl.modules import SelfSupervised

_ENCODER = "online.encoder."
_STEP = "_extra_state"


def encoder_weights(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The encoder's part of the state of all modules, under the network's own names.

    >>> import torch
    >>> list(encoder_weights({"online.encoder.fc.bias": torch.ones(1), "predictor.0.bias": torch.ones(1)}))
    ['fc.bias']
    """
    return {
        name.removeprefix(_ENCODER): value
        for name, value in state.items()
        if name.startswith(_ENCODER)
    }


def module_weights(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of all modules, without the number of steps."""
    return {name: value for name, value in state.items() if name != _STEP}


def holds_modules(path: Path) -> bool:
    """Whether a file of weights holds the modules of a self-supervised training; false if it cannot be read."""
    if path.suffix != ".safetensors":
        return False
    try:
        with safe_open(path, "pt") as file:
            return any(name.startswith(_ENCODER) for name in file.keys())  # noqa: SIM118
    except (OSError, SafetensorError):
        return False


def load_modules(modules: SelfSupervised, path: Path, source: str) -> LoadReport:
    """Give new modules the weights of ``modules.safetensors``: encoder, projector, predictor, target.

    Optimizer and schedules are not in the file, so that the new training starts them anew. ``source`` names the file to
    a person.

    Raises:
        TrialError: the file cannot be read, or its modules are not the same ones.
    """
    state, own = read_state(path), module_weights(modules.state_dict())
    names = [name for name in own.keys() | state.keys() if _shape(own, name) != _shape(state, name)]
    if names:
        name = min(names)
        raise TrialError(
            f"the modules of {source} are not those of this training: {len(names)} tensors differ, such as {name} "
            f"(there {_shape(state, name)}, here {_shape(own, name)}). Give task and model the same options, or "
            "start from its weights.safetensors, which is the encoder alone"
        )
    modules.load_state_dict(state, strict=False)
    return LoadReport(source, loaded=tuple(own), missing=(), unexpected=(), head=())


def load_encoder(modules: SelfSupervised, start: Start) -> LoadReport:
    """Give new modules the encoder of any training; what is averaged over the encoder starts from it too.

    Raises:
        TrialError: the weights are of another architecture.
    """
    encoder = modules.online.encoder
    state = fitted(encoder.state_dict(), read_state(start.weights))
    report = load_weights(encoder, state, head=(), source=start.source)
    modules.begin()
    return report


def _shape(state: Mapping[str, Tensor], name: str) -> str:
    found = state.get(name)
    if found is None:
        return "none"
    return " x ".join(map(str, found.shape)) or "scalar"
