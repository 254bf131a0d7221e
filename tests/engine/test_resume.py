from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ablate.data.prepared import PreparedData
from ablate.engine import checkpoint
from ablate.engine.fit import fit
from ablate.results import EpochMetrics, Event, Finished, Started
from ablate.spec.config import TrialConfig

Configure = Callable[..., TrialConfig]

ADAM = {"optimizer": {"name": "adam", "lr": 0.01}}
CASES: dict[str, dict[str, Any]] = {
    "adam": ADAM,
    "momentum and plateau": {
        "optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.9},
        "scheduler": {"name": "plateau", "patience": 1},
    },
    "one cycle and warm-up": {**ADAM, "scheduler": {"name": "one_cycle"}},
    "cosine, best and patience": {
        **ADAM,
        "scheduler": {"name": "cosine", "warmup_epochs": 1.5},
        "train": {"epochs": 6, "checkpoint": "best", "patience": 2},
    },
    "augmented": {
        **ADAM,
        "data": {"name": "digits", "batch_size": 50, "augment": ({"random_crop": {"padding": 2}},)},
    },
}


@pytest.fixture(autouse=True)
def _a_checkpoint_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "SHARE", float("inf"))


class InterruptedTrainingError(Exception):
    pass


@pytest.fixture
def run(stripes: PreparedData, tmp_path: Path) -> Callable[..., Iterator[Event]]:
    def start(config: TrialConfig, name: str, **options: Any) -> Iterator[Event]:
        settings = {"seed": 0, "device": "cpu", **options}
        return fit(config, stripes, folder=tmp_path / name, **settings)

    return start


def interrupted(events: Iterator[Event], epochs: int) -> list[Event]:
    """The events up to that of epoch ``epochs``, after which its checkpoint is written."""
    taken = []
    for event in events:
        if isinstance(event, EpochMetrics) and event.epoch > epochs:
            break
        taken.append(event)
    events.close()  # type: ignore[attr-defined]
    return taken


def recorded(events: list[Event]) -> dict[int, Any]:
    return {event.epoch: event.metrics for event in events if isinstance(event, EpochMetrics)}


def result(events: list[Event]) -> Any:
    last = events[-1]
    assert isinstance(last, Finished)
    measured = {name: last.measured[name] for name in ("epochs_run", "best_epoch", "stopped_early")}
    return last.final, last.best, measured


@pytest.mark.parametrize("case", CASES)
def test_a_resumed_run_equals_an_uninterrupted_one(
    run: Callable[..., Iterator[Event]], configure: Configure, tmp_path: Path, case: str
) -> None:
    config = configure(**{"train": {"epochs": 5}, **CASES[case]})
    whole = list(run(config, "whole"))
    before = interrupted(run(config, "parts"), epochs=2)
    after = list(run(config, "parts"))
    assert isinstance(after[0], Started)
    assert min(recorded(after)) == 3
    assert {**recorded(before), **recorded(after)} == recorded(whole)
    assert result(after) == result(whole)
    for name in ("weights.safetensors", "confusion/test.json", "per_image/val.npz"):
        files = [tmp_path / run / "artifacts" / name for run in ("whole", "parts")]
        assert files[0].read_bytes() == files[1].read_bytes()
    assert not (tmp_path / "parts" / "checkpoints").exists()


def test_interrupted_within_an_epoch(
    run: Callable[..., Iterator[Event]], configure: Configure
) -> None:
    def stop(epoch: int, *_: object) -> None:
        if epoch == 3:
            raise InterruptedTrainingError

    events = run(configure(), "parts", progress=stop)
    before = [next(events) for _ in range(3)]
    with pytest.raises(InterruptedTrainingError):
        next(events)
    after = list(run(configure(), "parts"))
    assert min(recorded(after)) == 3
    assert {**recorded(before), **recorded(after)} == recorded(list(run(configure(), "whole")))


def test_interrupted_before_the_result_was_taken(
    run: Callable[..., Iterator[Event]], configure: Configure
) -> None:
    events = run(configure(train={"epochs": 2}), "parts")
    first = [next(events) for _ in range(4)]
    events.close()  # type: ignore[attr-defined]
    again = list(run(configure(train={"epochs": 2}), "parts"))
    assert recorded(again) == {}
    assert result(again) == result(first)


def test_an_event_comes_before_its_checkpoint(
    run: Callable[..., Iterator[Event]], configure: Configure
) -> None:
    # Whoever is killed while handling an event gets it again.
    events = run(configure(), "parts")
    for _ in range(3):
        next(events)
    events.close()  # type: ignore[attr-defined]
    assert min(recorded(list(run(configure(), "parts")))) == 2


@pytest.mark.parametrize(
    ("damaged", "first"), [(("last.pt",), 2), (("last.pt", "last.previous.pt"), 1)]
)
def test_damaged_checkpoints_are_passed_over(
    run: Callable[..., Iterator[Event]],
    configure: Configure,
    tmp_path: Path,
    damaged: tuple[str, ...],
    first: int,
) -> None:
    whole = recorded(list(run(configure(), "whole")))
    interrupted(run(configure(), "parts"), epochs=2)
    for name in damaged:
        path = tmp_path / "parts" / "checkpoints" / name
        path.write_bytes(path.read_bytes()[:-100])
    after = recorded(list(run(configure(), "parts")))
    assert after == {epoch: metrics for epoch, metrics in whole.items() if epoch >= first}


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"config": {"optimizer": {"name": "adam", "lr": 0.02}}}]
)
def test_a_checkpoint_of_another_trial_is_not_used(
    run: Callable[..., Iterator[Event]], configure: Configure, other: dict[str, Any]
) -> None:
    interrupted(run(configure(), "parts"), epochs=2)
    config = configure(**other.get("config", {}))
    after = list(run(config, "parts", seed=other.get("seed", 0)))
    assert min(recorded(after)) == 1


def test_durations_add_up(run: Callable[..., Iterator[Event]], configure: Configure) -> None:
    before = interrupted(run(configure(), "parts"), epochs=2)
    after = list(run(configure(), "parts"))[-1]
    assert isinstance(after, Finished)
    assert len(before) == 3
    images = 4 * 400
    rate = images / after.measured["train_duration_s"]
    assert after.measured["images_per_s"] == pytest.approx(rate)
