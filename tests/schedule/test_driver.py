from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from ablate.events import EventWriter, read_events
from ablate.results import EpochMetrics, Failed, Finished, Started, Status
from ablate.schedule import Job, Queue, Rules, Slot, StopFlag, run_jobs
from ablate.testing import fake_trainer

SLOT = Slot(0)


def failed(outcome) -> Failed:
    assert isinstance(outcome.event, Failed)
    return outcome.event


def test_a_trial_runs_and_its_events_arrive_in_order(launcher, observer, make_job):
    job = make_job("a", epochs=3)
    (outcome,) = run_jobs([job], [SLOT], launcher, observer)
    assert isinstance(outcome.event, Finished)
    assert outcome.event.final == {"val/accuracy": fake_trainer.metric(job.payload, 3)}
    assert (outcome.attempts, outcome.slot) == (1, SLOT)
    assert observer.of("a") == ["started", "event", "event", "event", "event", "ended"]
    kinds = [type(event) for event in observer.events["a"]]
    assert kinds == [Started, EpochMetrics, EpochMetrics, EpochMetrics]


def test_no_jobs_need_no_process(launcher, observer):
    assert run_jobs([], [SLOT], launcher, observer) == ()


def test_sixty_jobs_never_share_a_slot(launcher, observer, make_job):
    jobs = [make_job(f"t{i}", epochs=1, epoch_s=0.005) for i in range(60)]
    outcomes = run_jobs(jobs, [Slot(0), Slot(1)], launcher, observer, Rules(poll_s=0.002))
    assert Counter(outcome.job.name for outcome in outcomes) == {f"t{i}": 1 for i in range(60)}
    assert all(isinstance(outcome.event, Finished) for outcome in outcomes)
    assert {outcome.slot.index for outcome in outcomes} == {0, 1}
    for running in observer.ticks:
        used = [state.slot.index for state in running]
        assert len(used) == len(set(used))
    spans = {name: _span(job) for name, job in ((job.name, job) for job in jobs)}
    for index in (0, 1):
        on_slot = sorted(spans[o.job.name] for o in outcomes if o.slot.index == index)
        for (_, end), (begin, _) in itertools.pairwise(on_slot):
            assert end <= begin


def _span(job: Job) -> tuple[int, int]:
    events = read_events(job.events_file)
    return events[0].time_ms, events[-1].time_ms


def test_the_slot_is_refilled_before_the_news_is_delivered(launcher, observer, make_job):
    jobs = [make_job("a", epochs=1), make_job("b", epochs=1)]

    class Slow(type(observer)):
        def ended(self, outcome):
            super().ended(outcome)
            if outcome.job.name == "a":
                deadline = time.monotonic() + 5
                while not jobs[1].events_file.exists():
                    assert time.monotonic() < deadline, "b was not started"
                    time.sleep(0.01)

    slow = Slow()
    assert len(run_jobs(jobs, [SLOT], launcher, slow)) == 2
    assert slow.calls.index(("ended", "a")) < slow.calls.index(("started", "b"))


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("exit 3", "exited with code 3 without a result"),
        ("os exit 1", "exited with code 1 without a result"),
        ("kill", "killed by SIGKILL, possibly out of memory"),
        ("segfault", "segmentation fault"),
        ("abort", "killed by SIGABRT"),
    ],
)
def test_a_trial_that_always_crashes_fails_after_its_retries(
    launcher, observer, make_job, trouble, reason
):
    (outcome,) = run_jobs(
        [make_job("a", trouble=trouble)], [SLOT], launcher, observer, Rules(retries=2)
    )
    assert (failed(outcome).status, failed(outcome).reason) == (Status.FAILED, reason)
    assert outcome.attempts == 3
    assert [failure.reason for failure in observer.retries] == [reason] * 2
    assert f"trouble: {trouble}" in failed(outcome).details


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        ("error", Status.FAILED, "ValueError: a mistake"),
        ("out of memory", Status.FAILED, "out of memory"),
        ("diverge", Status.DIVERGED, "loss is NaN in epoch 1"),
        ("exit 0", Status.FAILED, "exited with code 0 without a result"),
    ],
)
def test_a_failure_of_the_training_itself_is_final(
    launcher, observer, make_job, trouble, status, reason
):
    (outcome,) = run_jobs(
        [make_job("a", trouble=trouble)], [SLOT], launcher, observer, Rules(retries=2)
    )
    assert (failed(outcome).status, failed(outcome).reason) == (status, reason)
    assert outcome.attempts == 1


def test_a_crashed_trial_goes_on_in_its_folder_and_others_are_untouched(
    launcher, observer, make_job
):
    jobs = [
        make_job("a", trouble="kill", trouble_epoch=2, trouble_attempts=1),
        *(make_job(f"b{i}") for i in range(3)),
    ]
    outcomes = run_jobs(jobs, [Slot(0), Slot(1)], launcher, observer)
    assert all(isinstance(outcome.event, Finished) for outcome in outcomes)
    assert {o.job.name: o.attempts for o in outcomes} == {"a": 2, "b0": 1, "b1": 1, "b2": 1}
    epochs = [event.epoch for event in observer.events["a"] if isinstance(event, EpochMetrics)]
    assert epochs == [1, 2, 3]
    assert observer.of("a").count("retried") == 1


def test_a_process_that_does_not_end_after_its_result_is_ended(launcher, observer, make_job):
    job = make_job("a", trouble="linger")
    (outcome,) = run_jobs([job], [SLOT], launcher, observer, Rules(grace_s=0.2))
    assert isinstance(outcome.event, Finished)
    assert outcome.attempts == 1


def test_what_a_crashed_trial_leaves_behind_is_killed(launcher, observer, make_job, processes):
    run_jobs([make_job("a", trouble="fork and die")], [SLOT], launcher, observer, Rules(retries=0))
    assert processes.gone_within(0.5)


def test_a_result_from_an_earlier_run_is_taken_and_not_trained_again(launcher, observer, make_job):
    job = make_job("a")
    (first,) = run_jobs([job], [SLOT], launcher, type(observer)())
    (second,) = run_jobs([job], [SLOT], launcher, observer)
    assert (second.event, second.attempts) == (first.event, 0)
    assert observer.of("a") == ["started", "event", "event", "event", "event", "ended"]


def test_a_failure_from_an_earlier_run_does_not_count(launcher, observer, make_job):
    job = make_job("a")
    writer = EventWriter(job.events_file)
    writer.write(EpochMetrics(1, 7, {"val/accuracy": 0.25}))
    writer.write(Failed(8, Status.FAILED, "long ago"))
    writer.close()
    (outcome,) = run_jobs([job], [SLOT], launcher, observer)
    assert isinstance(outcome.event, Finished)
    assert observer.events["a"][0] == EpochMetrics(1, 7, {"val/accuracy": 0.25})


def test_an_unreadable_event_fails_its_trial_alone(launcher, observer, make_job):
    job = make_job("a", epochs=1, epoch_s=0.4)

    class Vandal(type(observer)):
        def started(self, job, slot):
            super().started(job, slot)
            if job.name == "a":
                job.folder.mkdir(exist_ok=True)
                job.events_file.write_bytes(b"\xff no event\n")

    outcomes = run_jobs([job, make_job("b")], [SLOT], launcher, Vandal(), Rules(poll_s=0.01))
    reasons = {o.job.name: getattr(o.event, "reason", "") for o in outcomes}
    assert reasons["a"].startswith("wrote an unreadable event")
    assert reasons["b"] == ""


def test_a_folder_with_unreadable_events_fails_its_trial(launcher, observer, make_job):
    job = make_job("a")
    job.folder.mkdir()
    job.events_file.write_text('{"event": "unknown"}\n')
    (outcome,) = run_jobs([job], [SLOT], launcher, observer)
    assert failed(outcome).reason.startswith("wrote an unreadable event: not an event")
    assert outcome.attempts == 0


def test_an_observer_that_raises_loses_no_process(launcher, observer, make_job, processes):
    class Broken(type(observer)):
        def event(self, job, event):
            raise OSError("no space left")

    jobs = [make_job("a", trouble="hang", trouble_epoch=2), make_job("b", trouble="ignore sigterm")]
    with pytest.raises(OSError, match="no space left"):
        run_jobs(jobs, [Slot(0), Slot(1)], launcher, Broken(), Rules(grace_s=0.3))
    assert processes.gone_within(0.2)


def test_stop_interrupts_what_runs_and_starts_nothing_more(launcher, make_job, observer):
    stop = StopFlag()

    class Stopping(type(observer)):
        def started(self, job, slot):
            super().started(job, slot)
            stop.request(2)

    jobs = [make_job("a", trouble="hang"), make_job("b"), make_job("c")]
    outcomes = run_jobs(jobs, [SLOT], launcher, Stopping(), stop=stop)
    (outcome,) = outcomes
    assert failed(outcome).status is Status.INTERRUPTED
    assert failed(outcome).reason == "stopped by SIGINT"
    assert not jobs[1].folder.exists()


def test_the_whole_group_of_a_trial_that_ignores_the_stop_is_killed(
    launcher, make_job, observer, processes
):
    stop = StopFlag()

    class Stopping(type(observer)):
        def event(self, job, event):
            stop.request()

    begin = time.monotonic()
    jobs = [make_job("a", trouble="fork and hang"), make_job("b", trouble="ignore sigterm")]
    outcomes = run_jobs(
        jobs, [Slot(0), Slot(1)], launcher, Stopping(), Rules(grace_s=0.3), stop=stop
    )
    assert {failed(outcome).status for outcome in outcomes} == {Status.INTERRUPTED}
    assert time.monotonic() - begin < 3
    assert processes.gone_within(0.2)


def test_output_of_any_size_and_encoding_is_bounded(launcher, observer, make_job):
    jobs = [
        make_job("a", epochs=2, prints_bytes=30_000_000),
        make_job("b", trouble="garbage"),
    ]
    outcomes = run_jobs(jobs, [SLOT], launcher, observer)
    assert all(isinstance(outcome.event, Finished) for outcome in outcomes)
    assert jobs[0].log_file.stat().st_size < 5_000_000
    assert b"\xff\xfe" in jobs[1].log_file.read_bytes()


def test_ticks_come_while_the_server_warms_up(launcher, observer, make_job):
    class NotReady:
        def __init__(self):
            self.asked = 0
            self.start = launcher.start

        def ready(self, timeout_s: float) -> bool:
            time.sleep(timeout_s)
            self.asked += 1
            return self.asked > 3 and launcher.ready(timeout_s)

    (outcome,) = run_jobs([make_job()], [SLOT], NotReady(), observer, Rules(poll_s=0.01))
    assert isinstance(outcome.event, Finished)
    assert observer.ticks[:3] == [()] * 3


def test_hundreds_of_trials_each_run_once(launcher, observer, make_job):
    while not launcher.ready(1.0):
        pass
    jobs = [make_job(f"t{i}", epochs=1) for i in range(200)]
    outcomes = run_jobs(jobs, [Slot(i) for i in range(8)], launcher, observer)
    assert sorted(outcome.job.name for outcome in outcomes) == sorted(job.name for job in jobs)
    assert all(isinstance(outcome.event, Finished) for outcome in outcomes)


def test_no_file_descriptor_is_lost(launcher, observer, make_job):
    run_jobs([make_job("first")], [SLOT], launcher, observer)
    before = psutil.Process().num_fds()
    run_jobs([make_job(f"t{i}", epochs=1) for i in range(10)], [SLOT], launcher, observer)
    assert psutil.Process().num_fds() <= before


def test_a_folder_that_cannot_be_written_ends_the_run(launcher, observer, tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OSError, match="file"):
        run_jobs([Job("i", "a", blocked / "a", {})], [SLOT], launcher, observer)


@pytest.mark.parametrize("trouble", ["hang", "fork and hang", "ignore sigterm", "hold interpreter"])
def test_a_trial_without_a_sign_of_life_fails_and_frees_its_slot(
    launcher, observer, make_job, processes, trouble
):
    jobs = [make_job("a", trouble=trouble, trouble_epoch=2), make_job("b")]
    first, second = run_jobs(jobs, [SLOT], launcher, observer, Rules(stall_s=1.5))
    assert (failed(first).status, failed(first).reason) == (
        Status.FAILED,
        "no sign of life for 2 s",
    )
    assert first.attempts == 1
    assert isinstance(second.event, Finished)
    assert not processes.alive()


def test_a_frozen_trial_fails_and_its_late_result_is_not_taken(
    launcher, observer, make_job, processes
):
    class Freezing(type(observer)):
        def event(self, job, event):
            super().event(job, event)
            if isinstance(event, EpochMetrics):
                for process in processes.alive():
                    if process.pid != os.getpid():
                        process.suspend()

    job = make_job("a", epochs=2, epoch_s=0.5)
    (outcome,) = run_jobs([job], [SLOT], launcher, Freezing(), Rules(stall_s=1.5))
    assert failed(outcome).reason == "no sign of life for 2 s"
    assert not processes.alive()


def test_a_trial_that_shows_progress_is_not_taken_for_stalled(launcher, observer, make_job):
    job = make_job("a", epochs=4, epoch_s=1.0)
    (outcome,) = run_jobs([job], [SLOT], launcher, observer, Rules(stall_s=3.0))
    assert isinstance(outcome.event, Finished)


def test_the_first_failure_may_stop_the_run(launcher, observer, make_job):
    jobs = [make_job("a", trouble="error"), make_job("b", trouble="hang"), make_job("c")]
    stop = StopFlag()
    rules = Rules(fail_fast=True, grace_s=2.0)
    outcomes = run_jobs(jobs, [Slot(0), Slot(1)], launcher, observer, rules, stop=stop)
    ends = {outcome.job.name: failed(outcome) for outcome in outcomes}
    assert ends["a"].status is Status.FAILED
    assert ends["b"].status is Status.INTERRUPTED
    assert ends["b"].reason == "stopped by the failure of a"
    assert "c" not in ends
    assert stop.signal is None


class Picky(Queue):
    """Prunes trials of some names at an epoch; takes failures of some names back once."""

    def __init__(self, jobs, prune=(), epoch=2, again=()):
        super().__init__(jobs)
        self.prune, self.epoch, self.again = set(prune), epoch, set(again)
        self.heards, self.ends = [], []

    def heard(self, job, event):
        self.heards.append((job.name, event.epoch))
        if job.name in self.prune and event.epoch == self.epoch:
            return f"pruned after epoch {event.epoch}"
        return None

    def returned(self, outcome):
        if outcome.job.name not in self.again:
            return False
        self.again.remove(outcome.job.name)
        self._jobs.append(outcome.job)
        return True

    def ended(self, outcome):
        self.ends.append(outcome.job.name)


@pytest.mark.parametrize("epoch_s", [0.0, 0.3])
@pytest.mark.parametrize("trouble", [None, "ignore sigterm"])
def test_a_pruned_trial_ends_at_the_epoch_that_was_judged(
    launcher, observer, make_job, epoch_s, trouble
):
    job = make_job("a", epochs=6, epoch_s=epoch_s, trouble=trouble, trouble_epoch=4)
    source = Picky([job, make_job("b")], prune=["a"])
    first, second = run_jobs(source, [SLOT], launcher, observer, Rules(grace_s=0.5))
    assert (failed(first).status, failed(first).reason) == (Status.PRUNED, "pruned after epoch 2")
    epochs = [event.epoch for event in observer.events["a"] if isinstance(event, EpochMetrics)]
    assert epochs == [1, 2]
    assert isinstance(second.event, Finished)
    assert source.ends == ["a", "b"]


def test_what_an_interrupted_trial_recorded_is_judged_before_it_runs_again(
    launcher, observer, make_job
):
    job = make_job("a", epochs=3)
    writer = EventWriter(job.events_file)
    for epoch in (1, 2):
        writer.write(EpochMetrics(epoch, epoch, {"val/accuracy": 0.0}))
    writer.close()
    (outcome,) = run_jobs(Picky([job], prune=["a"]), [SLOT], launcher, observer)
    assert (failed(outcome).status, outcome.attempts) == (Status.PRUNED, 0)


def test_a_failure_that_the_source_takes_back_is_an_interruption(launcher, observer, make_job):
    job = make_job("a", trouble="out of memory", trouble_attempts=1)
    source = Picky([job], again=["a"])
    (outcome,) = run_jobs(source, [SLOT], launcher, observer)
    assert isinstance(outcome.event, Finished)
    assert observer.of("a").count("started") == 2
    assert observer.of("a").count("ended") == 2
    assert source.ends == ["a"]


def test_slots_wait_for_jobs_that_depend_on_results(launcher, observer, make_job):
    class After(Queue):
        """Hands out the last job when all others have ended."""

        def __init__(self, jobs, last):
            super().__init__(jobs)
            self.open, self.last = len(jobs), last

        def take(self, slot, running):
            job = super().take(slot, running)
            if job is None and self.open == 0 and self.last is not None:
                job, self.last = self.last, None
            return job

        @property
        def exhausted(self):
            return self.last is None and super().exhausted

        def ended(self, outcome):
            self.open -= 1

    jobs = [make_job("a"), make_job("b", epoch_s=0.2)]
    outcomes = run_jobs(After(jobs, make_job("last")), [Slot(0), Slot(1)], launcher, observer)
    assert [outcome.job.name for outcome in outcomes][-1] == "last"
    assert len(outcomes) == 3


def test_a_source_that_hands_nothing_out_is_an_error_not_a_hang(launcher, observer, make_job):
    class Stuck(Queue):
        exhausted = False

    with pytest.raises(RuntimeError, match="hands none out"):
        run_jobs(Stuck([make_job("a")]), [SLOT], launcher, observer)
