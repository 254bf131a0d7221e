"""What a trial cost the machine."""

from __future__ import annotations

import resource
import sys

import torch
from torch import nn

from ablate.engine.device import Execution


def parameters(model: nn.Module) -> tuple[int, int]:
    """Elements of all parameters, and of those that are trained."""
    sizes = [(item.numel(), item.requires_grad) for item in model.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, trained in sizes if trained)


def peak_memory_bytes(execution: Execution) -> int:
    """The most memory in use so far: allocated on the GPU, or resident in this process."""
    if execution.device.type == "cuda":
        return torch.cuda.max_memory_allocated(execution.device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
