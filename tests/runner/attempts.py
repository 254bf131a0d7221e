"""Scripts run as trials: in real processes, by the real scheduler, without records."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ablate.data.place import DataPlace
from ablate.events import read_events
from ablate.results import EpochMetrics, Event, Failed, Finished
from ablate.runner.worker import payload
from ablate.schedule import Job, Launcher, Outcome, Rules, Slot, run_jobs
from ablate.schedule.signals import StopFlag
from ablate.spec.options import freeze
from ablate.spec.script_config import ScriptConfig

NOWHERE = DataPlace((), Path("/nonexistent"), None)
TARGETS = {
    "command": "ablate.runner.command_worker:run_command",
    "python": "ablate.runner.python_worker:run_python",
}


@dataclass
class Quiet:
    """An observer that counts new attempts."""

    retries: list[Failed] = field(default_factory=list)

    def started(self, job: Job, slot: Slot) -> None: ...
    def event(self, job: Job, event: Event) -> None: ...
    def ended(self, outcome: Outcome) -> None: ...
    def tick(self, running: Any) -> None: ...
    def retried(self, job: Job, failure: Failed) -> None:
        self.retries.append(failure)


class Attempts:
    """A study folder with one script, ``train.py``, and a trial folder beside it."""

    def __init__(self, kind: str, root: Path) -> None:
        self.kind = kind
        self.study = root / "study"
        self.trial = root / "trial"
        self.study.mkdir()
        self.observer = Quiet()

    def job(self, code: str, params: dict[str, Any] | None = None, **task: Any) -> Job:
        (self.study / "train.py").write_text(code)
        default = {"command": {"run": ("python", "train.py")}, "python": {"entry": "train:main"}}
        tree = {
            "task": {"name": self.kind, **default[self.kind], **task},
            "params": params or {},
            "primary": "val/accuracy",
        }
        config = ScriptConfig.model_validate(freeze(tree))
        return Job("id", "trial", self.trial, payload(config, 7, NOWHERE, self.study))

    def run(
        self,
        code: str,
        params: dict[str, Any] | None = None,
        *,
        stop: StopFlag | None = None,
        retries: int = 0,
        **task: Any,
    ) -> Finished | Failed:
        """Run the script once; gives how its trial ended."""
        job = self.job(code, params, **task)
        launcher = Launcher(TARGETS[self.kind], [TARGETS[self.kind].partition(":")[0]])
        rules = Rules(retries=retries, grace_s=20.0)
        (outcome,) = run_jobs([job], [Slot(0)], launcher, self.observer, rules, stop=stop)
        return outcome.event

    @property
    def epochs(self) -> list[int]:
        """The epochs that are recorded, in their order."""
        events = read_events(self.trial / "events.jsonl")
        return [event.epoch for event in events if isinstance(event, EpochMetrics)]

    @property
    def log(self) -> str:
        return (self.trial / "log.txt").read_text(errors="replace")
