"""A study of twelve fast trials, the command that runs it, and what it leaves behind: records, processes, files."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.live_files import files_named, text_of

TRAINER = '''\
"""A function of its parameters, the seed and the epoch, which can go wrong in many ways."""

import hashlib
import os
import signal
import sys
import time


def value(params, seed, epoch):
    text = f"{params['width']}/{seed}/{epoch}"
    return int(hashlib.blake2b(text.encode(), digest_size=4).hexdigest(), 16) / 2**32


def main(trial):
    params = trial.params
    checkpoint = trial.checkpoints / "epoch"
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    accuracy = value(params, trial.seed, done)
    for epoch in range(done + 1, params["epochs"] + 1):
        time.sleep(params["epoch_s"])
        if trial.seed == params["troubled_seed"] and epoch == 2:
            trouble(params["trouble"], trial)
        accuracy = value(params, trial.seed, epoch)
        trial.log(epoch, {"train/loss#1": 1 - accuracy, "val/accuracy": accuracy})
        part = checkpoint.with_name("epoch.part")
        part.write_text(str(epoch))
        part.replace(checkpoint)
    (trial.artifacts / "weights.txt").write_text(repr(accuracy))
    (trial.artifacts / "more").mkdir(exist_ok=True)
    (trial.artifacts / "more" / "notes.txt").write_text("as every attempt writes it")
    trial.finish({"val/accuracy": accuracy, "test/AP[car]@0.5": 1 - accuracy})


def trouble(name, trial):
    print("trouble:", name, flush=True)
    if name == "error":
        raise ValueError("a mistake")
    if name == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "killed once" and trial.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "out of memory":
        raise MemoryError
    if name == "leaves":
        sys.exit(0)
    if name == "nan":
        trial.finish({"val/accuracy": float("nan")})
        sys.exit(0)
    if name == "no primary":
        trial.finish({"val/loss": 1.0})
        sys.exit(0)
    if name == "hangs":
        time.sleep(3600)
'''

STUDY = """\
study: faults
description: Does anything get lost?
task: {name: python, entry: "trainer:main"}
params: {width: 1, epochs: 3, epoch_s: 0.05, trouble: none, troubled_seed: 0}
primary: val/accuracy
seeds: 2
ablations:
  widths:
    design: grid
    factors: {params.width: [1, 2, 3, 4, 5, 6]}
"""
TRIALS = 12
_MARK = "ABLATE_TEST_MARK"


@dataclass
class SmallStudy:
    """A folder with the study; its records stand in ``store``, its processes carry a mark of their own.

    It reports metrics of names that MLflow refuses, so that these too go through everything that happens.
    """

    folder: Path
    text: str = STUDY
    store: Path = field(init=False)
    mark: str = field(init=False)

    def __post_init__(self) -> None:
        self.store = self.folder / "mlruns"
        self.mark = uuid.uuid4().hex
        self.file.write_text(self.text)
        (self.folder / "trainer.py").write_text(TRAINER)

    @property
    def file(self) -> Path:
        return self.folder / "study.yaml"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ablate", *arguments]

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        own = {"ABLATE_CACHE": str(self.folder / "cache"), "COLUMNS": "120", _MARK: self.mark}
        return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **own, **(more or {})}

    def start(
        self, *arguments: str, environment: Mapping[str, str] | None = None, **how: Any
    ) -> subprocess.Popen[str]:
        """Begin a command, ``ablate run`` by default."""
        return subprocess.Popen(
            self.command(*(arguments or ("run", "study.yaml", "--jobs", "2"))),
            cwd=self.folder,
            env=self.environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **how,
        )

    def ablate(
        self, *arguments: str, code: int = 0, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; its exit code must be ``code``."""
        process = self.start(*arguments, environment=environment)
        out, err = process.communicate(timeout=240)
        assert process.returncode == code, f"{process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """``ablate run`` with two jobs; its table."""
        command = ("run", "study.yaml", "--jobs", "2", *arguments)
        return self.ablate(*command, code=code, environment=environment).stdout

    # What it leaves behind.

    def processes(self) -> list[psutil.Process]:
        """The living processes that this study started, directly or not."""
        return [process for process in psutil.process_iter() if self._is_mine(process)]

    def no_process_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.01)

    def epochs_on_disk(self) -> int:
        """How many epochs the folders of unfinished trials hold."""
        files = files_named(self.store / "trials", "events.jsonl")
        return sum(text_of(path).count('"event": "epoch"') for path in files)

    def last_recorded_ns(self) -> int:
        """When MLflow's database was last written; 0 before it exists."""
        try:
            return (self.store / "mlflow.db").stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self.store / 'mlflow.db'}?mode=ro", uri=True) as connection:
            return connection.execute(sql).fetchall()

    def run_states(self) -> Counter[str]:
        """The states of the trials' runs in MLflow."""
        return Counter(state for _, state in self.runs())

    def runs(self) -> list[tuple[str, str]]:
        """Identity and state of every trial's run in MLflow."""
        return self.query(
            "SELECT t.value, r.status FROM runs r JOIN tags t ON t.run_uuid = r.run_uuid "
            "WHERE t.key = 'ablate.identity' ORDER BY 1, 2"
        )

    def metric_rows(self) -> Counter[tuple[str, str, int]]:
        """How often each (run, key, step) stands in MLflow."""
        return Counter(self.query("SELECT run_uuid, key, step FROM metrics"))

    def optuna_states(self) -> Counter[tuple[str, str]]:
        """How often each (identity, state) stands in Optuna's journal, read by Optuna alone."""
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        journal = self.store / "optuna" / "faults.journal"
        storage = JournalStorage(JournalFileBackend(str(journal)))
        trials = [
            trial
            for summary in optuna.get_all_study_summaries(storage)
            for trial in optuna.load_study(study_name=summary.study_name, storage=storage).trials
        ]
        return Counter((trial.user_attrs["identity"], trial.state.name) for trial in trials)

    def _is_mine(self, process: psutil.Process) -> bool:
        try:
            mine = process.environ().get(_MARK) == self.mark
            return mine and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def assert_nothing_lost(
    study: SmallStudy, expected: str, trials: int = TRIALS, epochs: int = 3
) -> None:
    """Every promise about a finished study, whatever happened on the way.

    ``expected`` is the table of the same study that ran in peace in another store.
    """
    assert study.run() == expected
    assert study.no_process_within(5)
    runs = study.runs()
    assert len({identity for identity, _ in runs}) == len(runs) == trials
    assert study.run_states() == {"FINISHED": trials}
    rows = study.metric_rows()
    assert set(rows.values()) == {1}
    steps = [step for _, key, step in rows if key == "val/accuracy"]
    assert Counter(steps) == dict.fromkeys(range(1, epochs + 1), trials)
    final = [key for _, key, _ in rows if key == "final/val/accuracy"]
    assert len(final) == trials
    complete = {key: n for key, n in study.optuna_states().items() if key[1] == "COMPLETE"}
    assert {identity for identity, _ in complete} == {identity for identity, _ in runs}
    assert set(complete.values()) == {1}
    assert "RUNNING" not in {state for _, state in study.optuna_states()}
    for name in ("weights.txt", "more/notes.txt"):
        assert len(list((study.store / "artifacts").rglob(f"artifacts/{name}"))) == trials
    assert not list(study.store.rglob("*.part"))
    assert not list((study.store / "artifacts").rglob(".artifact.uploading.*"))
    study.ablate("gc", "study.yaml")
    assert not list((study.store / "trials").rglob("events.jsonl"))
    study.ablate("verify", "study.yaml")
