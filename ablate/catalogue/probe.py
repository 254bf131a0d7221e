"""What a network can take, found by running it on torch's ``meta`` device: shapes without numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

#: What networks raise on images they cannot take.
REFUSALS = (RuntimeError, ValueError, AssertionError, TypeError, LookupError, ZeroDivisionError)

#: A number of classes that no network has by itself, so that logits are told from features.
CLASSES = 7


def classifies(net: torch.nn.Module, side: int, width: int | None = None) -> bool:
    """Whether a ``meta`` network maps RGB images of ``side`` x ``width`` to logits."""
    import torch

    try:
        logits = net(torch.empty(2, 3, side, width or side, device="meta"))
    except REFUSALS:
        return False
    return isinstance(logits, torch.Tensor) and tuple(logits.shape) == (2, CLASSES)


def segments(net: Callable[[torch.Tensor], object], side: int) -> bool:
    """Whether a ``meta`` network maps RGB images of ``side`` x ``side`` to logits of their own size."""
    import torch

    try:
        logits = net(torch.empty(2, 3, side, side, device="meta"))
    except REFUSALS:
        return False
    return isinstance(logits, torch.Tensor) and tuple(logits.shape) == (2, CLASSES, side, side)


def smallest_side(works: Callable[[int], bool], native: int) -> int:
    """The smallest side from which ``works`` holds up to ``native``; 1 where there is no such border.

    >>> smallest_side(lambda side: side >= 29, 224)
    29
    >>> smallest_side(lambda side: side % 32 == 0, 224)
    1
    """
    if works(1):
        return 1
    fails, holds = 1, native
    while holds - fails > 1:
        middle = (fails + holds) // 2
        if works(middle):
            holds = middle
        else:
            fails = middle
    jagged = any(works(side) for side in range(32, holds, 32)) or not works(holds + 1)
    return 1 if jagged else holds
