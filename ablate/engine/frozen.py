"""Parts of a network that training leaves as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from torch import nn

from ablate.errors import TrialError, did_you_mean
from ablate.spec.config import TrialConfig


def freeze(
    net: nn.Module, head: Sequence[str], choice: Literal["none", "encoder"] | Sequence[str]
) -> None:
    """Stop the training of ``net``'s parameters that ``choice`` names: all outside ``head``, or patterns.

    Raises:
        TrialError: a pattern fits no parameter, or no parameter is left to train.
    """
    if choice == "none":
        return
    names = [name for name, _ in net.named_parameters()]
    frozen = _outside(names, head) if choice == "encoder" else _matching(names, choice)
    for name, weight in net.named_parameters():
        weight.requires_grad_(weight.requires_grad and name not in frozen)
    if not any(weight.requires_grad for weight in net.parameters()):
        raise TrialError(f"train.freeze {_shown(choice)} leaves no parameter to train")


def resting(net: nn.Module) -> Iterator[nn.Module]:
    """The largest modules of which no parameter is trained.

    They belong into evaluation mode, so that their batch statistics and dropout stay what they are too.
    """
    weights = list(net.parameters())
    if weights and not any(weight.requires_grad for weight in weights):
        yield net
        return
    for child in net.children():
        yield from resting(child)


def parameter_groups(net: nn.Module, head: Sequence[str], config: TrialConfig) -> list[Any]:
    """What the optimizer gets: the trained parameters, or groups of the head and the encoder with its own rate."""
    trained = {name: weight for name, weight in net.named_parameters() if weight.requires_grad}
    rate = config.optimizer.encoder_lr
    if rate is None:
        return list(trained.values())
    encoder = _outside(trained, head)
    return [
        {"params": [weight for name, weight in trained.items() if name not in encoder]},
        {"params": [trained[name] for name in trained if name in encoder], "lr": rate},
    ]


def _outside(names: Sequence[str] | Mapping[str, Any], head: Sequence[str]) -> set[str]:
    if not head:
        raise TrialError("this network does not tell its head from its encoder")
    return {name for name in names if not any(name.startswith(f"{part}.") for part in head)}


def _matching(names: Sequence[str], patterns: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        matched = {name for name in names if fnmatchcase(name, pattern)}
        if not matched:
            hint = did_you_mean(pattern, [*names, *dict.fromkeys(_above(names))])
            raise TrialError(f"train.freeze: {pattern!r} fits no parameter of the network. {hint}")
        found |= matched
    return found


def _above(names: Sequence[str]) -> Iterator[str]:
    """A pattern for each module that holds parameters.

    >>> list(_above(["layer1.0.conv.weight"]))
    ['layer1.*', 'layer1.0.*', 'layer1.0.conv.*']
    """
    for name in names:
        parts = name.split(".")
        for count in range(1, len(parts)):
            yield ".".join([*parts[:count], "*"])


def _shown(choice: str | Sequence[str]) -> str:
    return repr(choice) if isinstance(choice, str) else ", ".join(map(repr, choice))
