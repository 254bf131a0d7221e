"""Networks without memory: parameters on torch's ``meta`` device (this module imports torch)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class _EmptyOnMeta(TorchFunctionMode):
    """Only uninitialised tensors, such as parameters, are made on ``meta``; others keep their numbers."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        options = dict(kwargs or {})
        if func is torch.empty:
            options["device"] = "meta"
        return func(*args, **options)


def on_meta(build: Callable[..., torch.nn.Module], *args: Any, **kwargs: Any) -> torch.nn.Module:
    """The network that ``build`` makes, in evaluation mode, with shapes but no numbers.

    >>> on_meta(torch.nn.Linear, 2, 3).weight.device
    device(type='meta')
    """
    try:
        with torch.device("meta"):
            net = build(*args, **kwargs)
    except RuntimeError:  # the constructor computes widths or rates with tensors
        with _EmptyOnMeta():
            net = build(*args, **kwargs)
    return net.to("meta").eval()
