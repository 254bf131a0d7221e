"""What the process of a smoke check does: one batch forward and backward."""

from __future__ import annotations

import json
import time
from pathlib import Path

from ablate.data.place import DataPlace
from ablate.events import EventWriter
from ablate.results import Finished
from ablate.runner.job_config import job_config
from ablate.schedule.job import Slot
from ablate.spec.options import freeze


def rehearse_trial(folder: Path, slot: Slot) -> None:
    """Try the trial whose ``job.json`` stands in ``folder`` with one batch; what goes wrong is its failure."""
    import torch

    from ablate.data.prepare import prepare
    from ablate.engine.failures import failure
    from ablate.engine.rehearse import rehearse

    torch.set_num_threads(slot.threads)
    job = freeze(json.loads((folder / "job.json").read_text(encoding="utf-8")))
    log = EventWriter(folder / "events.jsonl")
    try:
        with job_config(job) as config:
            place = DataPlace(tuple(Path(root) for root in job["roots"]), Path(job["cache"]), None)
            data = prepare(config.data, place, spaces=config.label_spaces)
            total, trained = rehearse(config, data, seed=job["seed"], device=slot.device)
    except Exception as error:
        log.write(failure(error))
    else:
        counts = {"parameters": float(total), "trainable_parameters": float(trained)}
        log.write(Finished(int(time.time() * 1000), {}, {}, counts, ()))
    finally:
        log.close()
