"""Floating-point operations of a forward pass, counted while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


class FlopCount(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts, where it is entered, the operations of matrix products, convolutions and attention.

    A multiply-add is two, by the formulas of :mod:`torch.utils.flop_counter`, whose own mode does the same and takes
    several times as long, because it keeps the operations of modules apart. Everything else counts nothing.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._total: int | None = 0

    @property
    def total(self) -> int | None:
        """Operations so far; ``None`` where some of them could not be counted."""
        return self._total

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        formula = flop_registry.get(getattr(func, "_overloadpacket", None))
        if formula is not None and self._total is not None:
            self._add(formula, args, kwargs or {}, output)
        return output

    def _add(
        self,
        formula: Callable[..., int],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        output: Any,
    ) -> None:
        try:
            self._total = (self._total or 0) + formula(*args, **kwargs, out_val=output)
        except Exception:
            # A formula may refuse shapes that the operation itself takes, in whatever way.
            self._total = None


@contextmanager
def countable() -> Iterator[None]:
    """Let attention run as the products that it consists of, which have formulas, not as one fused operation."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)
