from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from ablate.cli.watching import NOBODY, watch
from ablate.events import EventWriter
from ablate.progress import ProgressWriter
from ablate.record.card import TrialCard
from ablate.record.mlflow_recorder import MlflowRecorder
from ablate.record.store import Store
from ablate.results import EpochMetrics, Failed, Finished, Status
from ablate.runner.lookout import Lookout
from ablate.runner.study import Study

TEXT = """\
study: demo
task: classification
data: {name: digits, batch_size: 32}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [12]}
optimizer: {name: adam, lr: 1e-3}
train: {epochs: 4}
primary: val/accuracy
seeds: 2
ablations:
  parts: {design: variants, rows: {wide: {model.hidden: [24]}}}
"""


class Driver:
    """Does what a running study does, step by step."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.recorder = MlflowRecorder(study.store, "demo", "")
        self.running = True
        self.runs: dict[str, str] = {}

    def start(self, index: int) -> Path:
        trial = self.study.plan.trials[index]
        identity = self.study.identities[trial]
        card = TrialCard(identity, trial.condition, trial.seed, trial.name)
        self.runs[identity] = self.recorder.begin(card)
        folder = self.study.store.trials / "demo" / identity
        folder.mkdir(parents=True)
        return folder

    def finish(self, index: int) -> None:
        identity = self.study.identities[self.study.plan.trials[index]]
        event = Finished(0, {"val/accuracy": 0.8}, {}, {"duration_s": 60.0}, ())
        self.recorder.finish(self.runs[identity], event, None)

    def fail(self, index: int, reason: str) -> None:
        identity = self.study.identities[self.study.plan.trials[index]]
        self.recorder.finish(self.runs[identity], Failed(0, Status.FAILED, reason), None)

    def held(self, path: Path) -> bool:
        assert path == self.study.lock
        return self.running


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once: that takes seconds."""
    store = Store(tmp_path_factory.mktemp("template") / "mlruns")
    store.ensure()
    return store.database


@pytest.fixture
def driver(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driver:
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "mlruns").mkdir()
    shutil.copy(database, tmp_path / "mlruns" / "mlflow.db")
    path = tmp_path / "study.yaml"
    path.write_text(TEXT)
    return Driver(Study(path, store=tmp_path / "mlruns"))


def console(*, terminal: bool) -> Console:
    return Console(
        file=io.StringIO(),
        width=130,
        force_terminal=terminal,
        color_system=None,
        legacy_windows=False,
        _environ={"TERM": "xterm"},
    )


def text_of(target: Console) -> str:
    assert isinstance(target.file, io.StringIO)
    return target.file.getvalue()


def steps(driver: Driver):
    """What happens between the looks."""
    yield
    driver.finish(0)
    driver.start(1)
    yield
    yield
    driver.fail(1, "out of memory")
    yield
    driver.running = False
    yield
    raise AssertionError("nobody runs the study, and it is still watched")


def test_a_line_for_every_change_until_nobody_runs_the_study(driver: Driver, monkeypatch) -> None:
    monkeypatch.setattr("ablate.runner.lookout.SHARE", 1e9)
    driver.start(0)
    script, target = steps(driver), console(terminal=False)
    watch(driver.study, console=target, held=driver.held, sleep=lambda _: next(script))
    name = driver.study.plan.trials[1].name
    assert text_of(target).splitlines() == [
        "demo: 4 trials: 1 running, 3 not started",
        "demo: 4 trials: 1 running, 1 finished, 2 not started",
        "demo: 4 trials: 1 finished, 1 failed, 2 not started",
        f"  {name}: failed: out of memory",
        NOBODY,
    ]


def test_a_terminal_shows_where_trials_are(driver: Driver) -> None:
    folder = driver.start(0)
    ProgressWriter(folder / "progress").update(2, 4, 5, 45, 0.5)
    EventWriter(folder / "events.jsonl").write(EpochMetrics(1, 0, {"val/accuracy": 0.75}))

    def leave(_: float) -> None:
        raise KeyboardInterrupt

    target = console(terminal=True)
    watch(driver.study, console=target, held=driver.held, sleep=leave)
    assert "epoch 2/4  batch 5/45  loss 0.5  val/accuracy 0.7500" in text_of(target)
    assert "s ago" in text_of(target)
    assert NOBODY not in text_of(target)


def test_a_complete_study_ends_the_watch(driver: Driver) -> None:
    for index in range(4):
        driver.start(index)
        driver.finish(index)
    for terminal in (True, False):
        target = console(terminal=terminal)
        watch(driver.study, console=target, held=driver.held, sleep=lambda _: 1 / 0)
        assert "4 finished" in text_of(target)
        assert NOBODY not in text_of(target)


def test_a_study_that_was_never_run(driver: Driver, tmp_path: Path) -> None:
    target = console(terminal=False)
    watch(driver.study, console=target, held=lambda _: False)
    assert text_of(target).splitlines() == ["demo: 4 trials: 4 not started", NOBODY]


def test_the_time_left_follows_from_what_finished_and_how_far_the_others_are(
    driver: Driver,
) -> None:
    driver.start(0)
    folder = driver.start(1)
    assert Lookout(driver.study).look().left_s is None
    driver.finish(0)
    lookout = Lookout(driver.study)
    assert lookout.look().left_s == pytest.approx(180.0)
    ProgressWriter(folder / "progress").update(3, 4, 0, 45, 0.5)
    assert lookout.look().left_s == pytest.approx(150.0)


def test_records_are_read_only_when_they_have_changed(driver: Driver, monkeypatch) -> None:
    monkeypatch.setattr("ablate.runner.lookout.SHARE", 1e9)
    driver.start(0)
    lookout = Lookout(driver.study)
    reads = []
    monkeypatch.setattr(lookout, "_read", lambda: reads.append(1))
    lookout.look()
    assert not reads
    driver.finish(0)
    lookout.look()
    assert reads
