"""The precision in which losses are computed (this module imports torch)."""

from __future__ import annotations

import torch


def widened(logits: torch.Tensor) -> torch.Tensor:
    """``logits`` in at least float32: the logarithms of a loss need more digits than half precision has."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
