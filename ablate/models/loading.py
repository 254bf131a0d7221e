"""State dicts from files into networks (this module imports torch)."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from ablate.errors import TrialError

State = dict[str, torch.Tensor]

_LOG = logging.getLogger("ablate")

#: Keys under which training scripts keep the state dict of a checkpoint.
_WRAPPERS = ("state_dict", "model_state_dict", "model")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a network's tensors; names as in its state dict.

    ``missing`` are those that the file lacks, ``unexpected`` those that only the file has, ``head``
    those left at their initialisation because the file's number of classes or its task is another.
    """

    source: str
    loaded: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    head: tuple[str, ...]

    def __str__(self) -> str:
        """One line.

        >>> print(LoadReport("a.pt", ("conv.weight",), (), ("aux.weight",), ("fc.weight",)))
        a.pt: 1 of 2 tensors loaded; only in the file: aux.weight; new head: fc.weight
        """
        total = len(self.loaded) + len(self.missing) + len(self.head)
        parts = [f"{self.source}: {len(self.loaded)} of {total} tensors loaded"]
        parts += _listed("not in the file", self.missing)
        parts += _listed("only in the file", self.unexpected)
        parts += _listed("new head", self.head)
        return "; ".join(parts)


def _listed(title: str, names: Sequence[str], most: int = 4) -> list[str]:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return [f"{title}: {', '.join(names[:most])}{more}"] if names else []


def read_state(path: Path) -> State:
    """The state dict of a ``.safetensors`` file or of one written by ``torch.save``, without ``module.``.

    Raises:
        ablate.errors.TrialError: no such file, or not a state dict.
    """
    try:
        content = _read(path)
    except pickle.UnpicklingError as error:
        raise TrialError(
            f"model.weights: {path} holds more than tensors, and nothing else is read from a pickle, which could run "
            "any code. Save the model's state_dict() alone, best as .safetensors"
        ) from error
    except (EOFError, RuntimeError, SafetensorError) as error:
        raise TrialError(
            f"model.weights: {path} is damaged, cut short or no file of weights ({path.stat().st_size:,} bytes). "
            "Copy it again"
        ) from error
    except OSError as error:
        raise TrialError(f"model.weights: cannot read {path}: {error.strerror or error}") from error
    for key in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping) or not content:
        raise TrialError(
            f"model.weights: {path} holds no state dict (a mapping of names to tensors)"
        )
    state = {str(name).removeprefix("module."): value for name, value in content.items()}
    if not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise TrialError(
            f"model.weights: {path} holds more than tensors: save only the model's state_dict()"
        )
    return state


def _read(path: Path) -> Any:
    if path.suffix == ".safetensors":
        return safetensors.torch.load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def load_weights(
    net: torch.nn.Module,
    state: State,
    *,
    head: tuple[str, ...],
    source: str,
    new_head: bool = False,
) -> LoadReport:
    """Copy ``state`` into ``net``; the modules named ``head`` may have another number of classes.

    With ``new_head`` these stay at their initialisation in any case.

    Logs one line, as a warning when tensors outside the head are missing. A first convolution for
    other than three channels takes the RGB kernels summed, or repeated and scaled.

    Raises:
        ablate.errors.TrialError: fewer than half of the network's tensors are in ``state``, or one
            outside the head has another shape.
    """
    own = net.state_dict()
    match = _match(own, state, head, new_head)
    if len(match.loaded) * 2 < len(own):
        raise TrialError(
            f"model.weights: {source} fits only {len(match.loaded)} of the {len(own)} tensors of the model: "
            "weights of another architecture? Check model.name and model.options"
        )
    if match.clashes:
        shown = "; ".join(_listed("differ in shape", match.clashes))
        raise TrialError(
            f"model.weights: {source} does not fit the model: {shown}. Check model.options"
        )
    net.load_state_dict(match.loaded, strict=False)
    known = {*match.loaded, *match.head}
    report = LoadReport(
        source=source,
        loaded=tuple(match.loaded),
        missing=tuple(name for name in own if name not in known),
        unexpected=tuple(name for name in state if name not in own),
        head=tuple(match.head),
    )
    partial = any(name.rpartition(".")[0] not in head for name in report.missing)
    _LOG.log(logging.WARNING if partial else logging.INFO, "%s", report)
    return report


@dataclass(slots=True)
class _Match:
    loaded: State = field(default_factory=dict)
    head: list[str] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)


def _match(
    own: Mapping[str, torch.Tensor], state: State, head: tuple[str, ...], new_head: bool
) -> _Match:
    match = _Match()
    for name in own:
        if name not in state:
            continue
        here, there = own[name], state[name]
        in_head = any(name.startswith(f"{module}.") for module in head)
        if in_head and (new_head or here.shape != there.shape):
            match.head.append(name)
        elif here.shape == there.shape:
            match.loaded[name] = there
        elif _differ_in_channels(here, there):
            match.loaded[name] = _for_channels(there, here.shape[1])
        else:
            match.clashes.append(f"{name} (file {_shape(there)}, model {_shape(here)})")
    return match


def _differ_in_channels(here: torch.Tensor, there: torch.Tensor) -> bool:
    both_kernels = here.dim() == there.dim() == 4
    return both_kernels and there.shape[1] == 3 and here[:, :1].shape == there[:, :1].shape


def _for_channels(kernels: torch.Tensor, channels: int) -> torch.Tensor:
    from timm.models import adapt_input_conv

    adapted: torch.Tensor = adapt_input_conv(channels, kernels)
    return adapted


def _shape(tensor: torch.Tensor) -> str:
    return " x ".join(map(str, tensor.shape)) or "scalar"
