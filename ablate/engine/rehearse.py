"""One batch forward and backward: whether a trial can train at all, found before hours are spent."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import torch

from ablate.data import PreparedData
from ablate.engine.assemble import assemble
from ablate.engine.evaluate import batches_of
from ablate.engine.measure import parameters
from ablate.engine.probes import check_probes
from ablate.engine.representations import representations_of
from ablate.engine.seeding import start_stream
from ablate.spec.config import TrialConfig


def rehearse(config: TrialConfig, data: PreparedData, *, seed: int, device: str) -> tuple[int, int]:
    """Build everything, train on one batch without a step of the optimizer, predict one batch of ``val``.

    A network that starts from an earlier training starts from random weights here: that training may not have run yet.

    Returns:
        The number of parameters, and of those that are trained.

    Raises:
        TrialError: the configuration does not fit the data or the device.
        DataError: the normalisation does not fit the images.
    """
    check_probes(config, data)
    trainer = assemble(config.from_random, data, seed=seed, device=device)
    representations_of(trainer, data, Path())
    start_stream(seed, "train", 1)
    trainer.train_mode()
    for batch in islice(trainer.batches.epoch(1), 1):
        trainer.forward(batch)[1].backward()  # type: ignore[no-untyped-call]
    trainer.model.eval()
    with torch.inference_mode():
        for batch in islice(batches_of(trainer, data, "val"), 1):
            trainer.forward(batch)
    return parameters(trainer.model)
