"""The global random generators, set from a trial's seed by purpose.

Each purpose has a stream of its own (:func:`ablate.data.streams.stream_seed`), so that changing one (a
model with more layers, a larger batch) leaves the others as they are. The global generators are set
before the model is built (``init``) and before every epoch (``train``: dropout, for example). So
their state never has to be saved, and a resumed run draws what an uninterrupted one would have
drawn. Data order and augmentation have generators of their own.

On a CPU the same seed gives bitwise the same run. On a GPU it gives the same streams; a few of
CUDA's kernels add in an arbitrary order, and deterministic ones are not forced, because they are
slower and do not exist for every operation.
"""

from __future__ import annotations

import random

import numpy as np
import torch

from ablate.data.streams import stream_seed


def start_stream(seed: int, purpose: str, epoch: int = 0) -> None:
    """Set every global generator (torch on all devices, NumPy, Python) to the start of a stream."""
    value = stream_seed(seed, purpose, epoch)
    torch.manual_seed(value)
    np.random.seed(value % 2**32)
    random.seed(value)
