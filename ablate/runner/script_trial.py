"""What every attempt at a script begins and ends with: its job, its folders, its log of events."""

from __future__ import annotations

import json
import resource
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ablate.progress.channel import ProgressWriter
from ablate.results import Started
from ablate.runner.event_log import EventLog
from ablate.runner.reports import Reports
from ablate.schedule.job import Slot
from ablate.schedule.verdict import now_ms
from ablate.spec.options import freeze
from ablate.spec.script_config import ScriptConfig


@dataclass(frozen=True, slots=True)
class ScriptTrial:
    """One attempt at a script; ``params`` are as JSON gives them, with lists."""

    config: ScriptConfig
    params: dict[str, Any]
    seed: int
    device: str
    folder: Path
    study_folder: Path
    attempt: int
    log: EventLog
    reports: Reports

    def finish(self, whose: int) -> None:
        """Record the result, then delete the checkpoints; ``whose`` memory was used, as ``getrusage`` names it.

        Raises:
            TrialError: there is no usable result.
        """
        peak = resource.getrusage(whose).ru_maxrss
        self.log.write(self.reports.result(peak if sys.platform == "darwin" else peak * 1024))
        shutil.rmtree(self.folder / "checkpoints", ignore_errors=True)


def begin(folder: Path, slot: Slot) -> ScriptTrial:
    """Open the trial whose ``job.json`` stands in ``folder``, and record that an attempt at it starts."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    config = ScriptConfig.model_validate(freeze(job["config"]))
    for name in ("artifacts", "checkpoints"):
        (folder / name).mkdir(exist_ok=True)
    log = EventLog(folder / "events.jsonl")
    begun_ms = now_ms()
    log.write(Started(begun_ms, slot.device, 0, 0, config.epochs or 0))
    progress = ProgressWriter(folder / "progress")
    return ScriptTrial(
        config=config,
        params=job["config"]["params"],
        seed=job["seed"],
        device=slot.device,
        folder=folder,
        study_folder=Path(job["study_folder"]),
        attempt=log.attempt,
        log=log,
        reports=Reports(config, log, progress, begun_ms),
    )
