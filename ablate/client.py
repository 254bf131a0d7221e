"""Report to ablate from any script: the params come in, metrics go out.

    from ablate.client import trial

    t = trial()                                      # t.params, t.seed, t.device, t.folder
    t.log(1, {"train/loss": 0.5})                    # once an epoch, 1-based
    t.finish({"val/accuracy": 0.91})                 # once, at the end

Outside of ablate the same script prints what it would report. Standard library only, on purpose: copy this file
beside a script that runs in an environment without ablate.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

Send = Callable[[dict[str, Any]], None]


class Trial:
    """What a script is asked to train, and where it says what came of it.

    ``params`` are the study's; ``seed`` is the replicate; ``device`` is ``cpu`` or ``cuda:0``. ``attempt`` is 1 at
    first and larger after an interruption.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        seed: int,
        device: str,
        folder: Path | None,
        attempt: int,
        send: Send,
    ) -> None:
        self.params = dict(params)
        self.seed = seed
        self.device = device
        self.attempt = attempt
        self._folder = folder
        self._send = send

    @property
    def resuming(self) -> bool:
        """Whether an earlier attempt was interrupted, and may have left checkpoints."""
        return self.attempt > 1

    @cached_property
    def folder(self) -> Path:
        """The trial's own folder; outside of ablate a temporary one."""
        return self._folder or Path(tempfile.mkdtemp(prefix="trial-"))

    @property
    def artifacts(self) -> Path:
        """The folder of files to be kept with the result."""
        return _made(self.folder / "artifacts")

    @property
    def checkpoints(self) -> Path:
        """The folder of files that survive an interruption, and are deleted when the trial has finished."""
        return _made(self.folder / "checkpoints")

    def log(self, epoch: int, metrics: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Report the metrics of an epoch (1-based, increasing), named ``split/metric``; on disk when this returns."""
        values = {**(metrics or {}), **more}
        self._send({"epoch": epoch, "metrics": _numbers(values)})

    def finish(
        self, metrics: Mapping[str, Any] | None = None, *, classes: Sequence[str] = (), **more: Any
    ) -> None:
        """Report the result, once and at the end: the metrics of the chosen model on every split."""
        values = {**(metrics or {}), **more}
        self._send({"final": _numbers(values), "classes": [str(name) for name in classes]})


def trial(**defaults: Any) -> Trial:
    """The trial that ablate runs this script for; by hand, one with these params that prints its reports.

    ``defaults`` are params that hold where the study names none of that name.
    """
    report = os.environ.get("ABLATE_REPORT")
    if report is None:
        return Trial(defaults, 0, "cpu", None, 1, _print)
    params = json.loads(Path(os.environ["ABLATE_PARAMS"]).read_text(encoding="utf-8"))
    return Trial(
        {**defaults, **params},
        int(os.environ["ABLATE_SEED"]),
        os.environ["ABLATE_DEVICE"],
        Path(os.environ["ABLATE_FOLDER"]),
        int(os.environ["ABLATE_ATTEMPT"]),
        _append_to(Path(report)),
    )


def _append_to(path: Path) -> Send:
    def send(report: dict[str, Any]) -> None:
        with path.open("ab") as stream:
            stream.write(json.dumps(report).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    return send


def _print(report: dict[str, Any]) -> None:
    values = report.get("metrics", report.get("final", {}))
    text = "  ".join(f"{name} {value:.6g}" for name, value in values.items())
    print(
        f"epoch {report['epoch']}: {text}" if "epoch" in report else f"result: {text}", flush=True
    )


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """Values as plain numbers; those of NumPy and PyTorch are converted."""
    for name, value in values.items():
        if isinstance(value, str | bytes):
            raise TypeError(f"{name} is {value!r}: a metric must be a number")
    return {str(name): float(value) for name, value in values.items()}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
