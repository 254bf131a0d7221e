"""A written program against the network that it was made of."""

from __future__ import annotations

from pathlib import Path

import torch

from ablate.engine.export.loader import LoadError, load
from ablate.engine.export.program import NormalizedNetwork
from ablate.errors import TrialError

#: How far the two may be apart, of the largest value.
TOLERANCE = 1e-5
_REMEDY = "Export its weights and configuration alone with --weights-only"


def check_program(folder: Path, model: NormalizedNetwork, name: str) -> None:
    """Load an exported folder as its users will, and compare it on batches of one, two and three images.

    Raises:
        TrialError: it cannot be loaded, or gives something else than ``model``.
    """
    try:
        loaded, info = load(folder)
    except LoadError as error:
        raise TrialError(
            f"the program of model {name} cannot be used: {error}. {_REMEDY}"
        ) from error
    shape = [info["input"][side] for side in ("channels", "height", "width")]
    stream = torch.Generator().manual_seed(0)
    for count in (1, 2, 3):
        images = torch.randint(256, (count, *shape), generator=stream, dtype=torch.uint8)
        with torch.no_grad():
            expected = model.eval()(images.float() / 255)
        found = loaded(images)
        apart = (found - expected).abs().max() / expected.abs().max().clamp(min=1.0)
        if found.shape != expected.shape or not apart <= TOLERANCE:
            raise TrialError(
                f"the program of model {name} gives {tuple(found.shape)} for {count} images, {apart:.2g} off the "
                f"network's {tuple(expected.shape)}. {_REMEDY}"
            )
