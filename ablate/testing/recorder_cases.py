"""What every recorder must do.

A test class inherits the cases and says how to make recorders::

    class TestMine(RecorderCases):
        def recorder(self, study): return MyRecorder(study)
"""

# ruff: noqa: D102 - the name of a case is its description
from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ablate.record.card import TrialCard
from ablate.record.recorder import Recorder
from ablate.results import EpochMetrics, Failed, Finished, ResultSet, Started, Status, TrialResult

STARTED = Started(1_000, "cpu", 4414, 4414, 2)
EPOCHS = (
    EpochMetrics(1, 2_000, {"train/loss": 1.5, "val/accuracy": 0.25}),
    EpochMetrics(2, 3_000, {"train/loss": 0.75, "val/accuracy": 0.5}),
)
FINISHED = Finished(
    time_ms=4_000,
    final={"val/accuracy": 0.5, "test/accuracy": 1 / 3, "test/accuracy/AP[car] @ #1": 0.125},
    best={"val/accuracy": 0.5},
    measured={"duration_s": 2.5, "epochs_run": 2, "parameters": 4414},
    classes=("AP[car] @ #1",),
)
FAILED = Failed(4_000, Status.FAILED, "out of memory", "Traceback ...\nMemoryError")


def card(identity: str = "a", seed: int = 0, **fields: object) -> TrialCard:
    """A trial of the condition ``c-<identity>``."""
    made = TrialCard(
        identity=f"{identity}{seed}",
        condition=f"c-{identity}",
        seed=seed,
        name=f"{identity}, seed {seed}",
        factors={"optimizer.lr": "0.001", "model.hidden": "[192, 12]"},
        headline={"model": "basenet", "data": "digits"},
        config_yaml="model:\n  name: basenet\n",
        fingerprint="f" * 32,
        dataset="digits",
        tags={"git.commit": "0" * 40},
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def play(recorder: Recorder, trial: TrialCard, end: Finished | Failed = FINISHED) -> str:
    """Record a whole trial; its run."""
    run_id = recorder.begin(trial)
    recorder.event(run_id, STARTED)
    for epoch in EPOCHS:
        recorder.event(run_id, epoch)
    recorder.finish(run_id, end, None)
    return run_id


def comparable(results: ResultSet) -> list[tuple[object, ...]]:
    """What must be the same whoever recorded it: everything but run ids and times; NaN equals NaN."""
    return [
        (
            replace(trial, run_id="", start_ms=0, metrics={}, best={}, measured={}),
            *(_numbers(values) for values in (trial.metrics, trial.best, trial.measured)),
            list(trial.factors),
        )
        for trial in results
    ]


def _numbers(values: Mapping[str, float]) -> list[tuple[str, str]]:
    return [(name, float(value).hex()) for name, value in values.items()]


class RecorderCases:
    """Contract of :class:`~ablate.record.recorder.Recorder`."""

    def recorder(self, study: str) -> Recorder:
        """A recorder of a study; recorders of one test share a store."""
        raise NotImplementedError

    def only(self, recorder: Recorder) -> TrialResult:
        """The one trial that is recorded."""
        (trial,) = recorder.results()
        return trial

    def test_nothing_recorded_is_an_empty_result_set(self) -> None:
        assert self.recorder("s").results() == ResultSet("s", ())

    def test_a_trial_is_running_once_it_begins(self) -> None:
        recorder = self.recorder("s")
        run_id = recorder.begin(card())
        trial = self.only(recorder)
        assert (trial.status, trial.run_id, trial.name) == (Status.RUNNING, run_id, "a, seed 0")
        assert (trial.identity, trial.condition, trial.seed) == ("a0", "c-a", 0)
        assert trial.fingerprint == "f" * 32
        assert trial.start_ms > 0

    def test_factors_come_back_without_headline_and_seed(self) -> None:
        recorder = self.recorder("s")
        recorder.begin(card())
        assert self.only(recorder).factors == {"model.hidden": "[192, 12]", "optimizer.lr": "0.001"}

    def test_a_headline_field_that_varies_is_a_factor(self) -> None:
        recorder = self.recorder("s")
        recorder.begin(card(factors={"data": "digits"}, headline={"data": "digits", "model": "m"}))
        assert self.only(recorder).factors == {"data": "digits"}

    def test_a_finished_trial_keeps_every_digit(self) -> None:
        recorder = self.recorder("s")
        play(recorder, card())
        trial = self.only(recorder)
        assert trial.status is Status.FINISHED
        assert (trial.metrics, trial.best, trial.measured) == (
            FINISHED.final,
            FINISHED.best,
            FINISHED.measured,
        )
        assert (trial.device, trial.reason) == ("cpu", "")

    def test_nan_and_infinity_come_back(self) -> None:
        recorder = self.recorder("s")
        odd = {"test/nan": math.nan, "test/inf": math.inf, "test/-inf": -math.inf}
        play(recorder, card(), replace(FINISHED, final=odd))
        metrics = self.only(recorder).metrics
        assert math.isnan(metrics["test/nan"])
        assert (metrics["test/inf"], metrics["test/-inf"]) == (math.inf, -math.inf)

    def test_each_end_is_what_happened(self) -> None:
        for status in (Status.FAILED, Status.DIVERGED, Status.INTERRUPTED):
            recorder = self.recorder(str(status))
            play(recorder, card(), replace(FAILED, status=status, reason="the\nreason"))
            trial = self.only(recorder)
            assert (trial.status, trial.reason) == (status, "the reason")
            assert (trial.metrics, trial.best, trial.measured) == ({}, {}, {})

    def test_order_is_condition_then_seed(self) -> None:
        recorder = self.recorder("s")
        for identity, seed in (("b", 1), ("a", 10), ("b", 0), ("a", 2)):
            recorder.begin(card(identity, seed))
        assert [t.identity for t in recorder.results()] == ["a2", "a10", "b0", "b1"]

    def test_an_unfinished_trial_goes_on_in_its_run(self) -> None:
        recorder = self.recorder("s")
        first = play(recorder, card(), FAILED)
        again = recorder.begin(card(name="renamed"))
        trial = self.only(recorder)
        assert again == first
        assert (trial.status, trial.reason, trial.name) == (Status.RUNNING, "", "renamed")
        recorder.finish(again, FINISHED, None)
        assert self.only(recorder).status is Status.FINISHED

    def test_recorded_factors_stay_and_new_ones_join(self) -> None:
        recorder = self.recorder("s")
        recorder.begin(card(factors={"a.a": "1"}))
        recorder.begin(card(factors={"a.a": "2", "b.b": "3"}))
        assert self.only(recorder).factors == {"a.a": "1", "b.b": "3"}

    def test_a_finished_run_stands_for_its_trial(self) -> None:
        recorder = self.recorder("s")
        finished = play(recorder, card())
        assert recorder.begin(card()) != finished
        trial = self.only(recorder)
        assert (trial.run_id, trial.status) == (finished, Status.FINISHED)

    def test_telling_everything_again_changes_nothing(self) -> None:
        recorder = self.recorder("s")
        play(recorder, card())
        before = comparable(recorder.results())
        run_id = self.only(recorder).run_id
        for event in (STARTED, *EPOCHS):
            recorder.event(run_id, event)
        recorder.finish(run_id, FINISHED, None)
        assert comparable(recorder.results()) == before

    def test_reconcile_marks_what_nobody_runs(self) -> None:
        recorder = self.recorder("s")
        for identity in ("a", "b", "c"):
            recorder.begin(card(identity))
        play(recorder, card("d"))
        assert recorder.reconcile({"b0"}) == ("a0", "c0")
        statuses = [trial.status for trial in recorder.results()]
        assert statuses == ["interrupted", "running", "interrupted", "finished"]
        assert recorder.reconcile({"b0"}) == ()

    def test_reconcile_leaves_other_studies_alone(self) -> None:
        other = self.recorder("other")
        other.begin(card())
        assert self.recorder("s").reconcile(()) == ()
        assert self.only(other).status is Status.RUNNING

    def test_adopting_what_nobody_finished_is_none(self) -> None:
        other, recorder = self.recorder("other"), self.recorder("s")
        play(other, card(), FAILED)
        assert recorder.adopt(card()) is None
        assert recorder.adopt(card("z")) is None
        assert len(recorder.results()) == 0

    def test_an_adopted_trial_has_the_result_and_its_own_name(self) -> None:
        other, recorder = self.recorder("other"), self.recorder("s")
        play(other, card())
        own = card(name="mine", factors={"data.size": "8"}, headline={"epochs": "2"})
        run_id = recorder.adopt(own)
        trial = self.only(recorder)
        assert trial.run_id == run_id
        assert (trial.name, trial.factors) == ("mine", {"data.size": "8"})
        source = self.only(other)
        assert (trial.status, trial.metrics) == (Status.FINISHED, source.metrics)
        assert (trial.best, trial.measured) == (source.best, source.measured)
        assert (trial.device, trial.fingerprint) == (source.device, source.fingerprint)

    def test_secrets_are_not_recorded(self) -> None:
        recorder = self.recorder("s")
        recorder.begin(card(factors={"hub.token": "hf_canary", "model.class_token": "true"}))
        assert self.only(recorder).factors == {
            "hub.token": "[redacted]",
            "model.class_token": "true",
        }

    def test_artifacts_of_a_trial_may_be_told_twice(self, tmp_path: Path) -> None:
        folder = tmp_path / "files"
        (folder / "confusion").mkdir(parents=True)
        (folder / "confusion" / "test.json").write_text("{}")
        recorder = self.recorder("s")
        run_id = recorder.begin(card())
        for _ in range(2):
            recorder.finish(run_id, FINISHED, folder)
        assert self.artifact(run_id, "confusion/test.json") == b"{}"

    def test_a_report_is_not_a_trial(self) -> None:
        recorder = self.recorder("s")
        play(recorder, card())
        before = comparable(recorder.results())
        for _ in range(2):
            recorder.report("| a |\n|---|\n", {"table.md": b"| a |"})
        assert comparable(recorder.results()) == before

    @property
    def artifact(self) -> Callable[[str, str], bytes]:
        """Reads an artifact: (run id, name) to its content."""
        raise NotImplementedError
