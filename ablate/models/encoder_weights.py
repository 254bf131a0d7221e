"""State dicts of encoders and of whole classifiers into the encoder of a segmentation network (imports torch).

Libraries name the same tensors differently: a prefix (``encoder.``, ``backbone.``, ``features.``), ``stages_0``
for ``stages.0`` where timm flattens a network into its stages, ``norm.1`` for ``norm1`` in old files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import torch

from ablate.errors import TrialError
from ablate.models.loading import LoadReport, State, load_weights

#: Prefixes of this many parts at most are tried: ``encoder.model.``.
_PARTS = 3

_OLD_DENSE_LAYER = re.compile(r"\b(norm|conv)\.(?=[12]\.)")


def load_encoder(net: torch.nn.Module, encoder: str, state: State, *, source: str) -> LoadReport:
    """Copy ``state`` into the submodule called ``encoder``; :func:`fitted` gives it that module's names.

    Raises:
        ablate.errors.TrialError: fewer than half of the encoder's tensors are in ``state``.
    """
    module = net.get_submodule(encoder)
    own = module.state_dict()
    matched = agreement(own, state)
    if matched * 2 < len(own):
        raise TrialError(
            f"{source} fits only {matched} of the {len(own)} tensors of the encoder: weights of "
            "another architecture? Check model.name, model.encoder and model.options"
        )
    named = {f"{encoder}.{name}" if name in own else name: value for name, value in state.items()}
    # In a container, because some encoders change how they load their own state.
    container = torch.nn.ModuleDict({encoder: module})
    return load_weights(container, named, head=(), source=source)


def fitted(own: Mapping[str, torch.Tensor], state: State) -> State:
    """``state`` under the names of ``own`` where they mean the same; other tensors keep their names.

    >>> tensor = torch.zeros(1)
    >>> own = {"model.stages_0.conv.weight": tensor}
    >>> fitted(own, {"stages.0.conv.weight": tensor, "head.weight": tensor}).keys()
    dict_keys(['model.stages_0.conv.weight', 'head.weight'])
    """
    shared = _shared_prefix(own)
    names = {_canonical(name.removeprefix(shared)): name for name in own}
    prefix = _best_prefix(names, state)
    renamed: State = {}
    for name, value in state.items():
        rest = _canonical(name.removeprefix(prefix)) if name.startswith(prefix) else ""
        renamed[names.get(rest, name)] = value
    return renamed


def agreement(own: Mapping[str, torch.Tensor], state: State) -> int:
    """How many tensors of ``own`` are in ``state``, in the same shape."""
    return sum(name in state and state[name].shape == own[name].shape for name in own)


def _canonical(name: str) -> str:
    """The name with what libraries write differently written in one way.

    >>> _canonical("denselayer1.norm.1.weight") == _canonical("denselayer1.norm1.weight")
    True
    """
    return _OLD_DENSE_LAYER.sub(r"\1", name).replace(".", "_")


def _shared_prefix(names: Mapping[str, torch.Tensor]) -> str:
    """The first part of the names, with its dot, where all have the same; otherwise nothing."""
    first = {name.partition(".")[0] for name in names if "." in name}
    whole = any("." not in name for name in names)
    return f"{first.pop()}." if len(first) == 1 and not whole else ""


def _best_prefix(names: Mapping[str, str], state: State) -> str:
    """The prefix without which most names of ``state`` are among ``names``; the shortest of several."""
    found: Counter[str] = Counter()
    for name in state:
        parts = name.split(".")
        for count in range(min(_PARTS, len(parts) - 1) + 1):
            found[".".join([*parts[:count], ""]) if count else ""] += (
                _canonical(".".join(parts[count:])) in names
            )
    return min(found, key=lambda prefix: (-found[prefix], len(prefix)), default="")
