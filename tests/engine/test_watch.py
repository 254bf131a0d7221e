from __future__ import annotations

import math

import pytest
import torch

from ablate.engine import watch as module
from ablate.engine.watch import Watch, check_finite
from ablate.errors import Diverged
from ablate.metrics.tally import Tally


def tally(loss: float) -> Tally:
    tally = Tally(2, "cpu")
    tally.add(torch.eye(2), torch.arange(2), torch.tensor(loss))
    return tally


def test_it_looks_five_times_a_second_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 10.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    calls: list[tuple[int, int, int, float]] = []
    watch = Watch(lambda *call: calls.append(call))
    for batch in range(1, 11):
        now += 0.125
        watch.after_step(2, batch, 10, tally(0.5))
    assert [call[1] for call in calls] == [1, 3, 5, 7, 9, 10]
    assert calls[-1] == (2, 10, 10, 0.5)


@pytest.mark.parametrize(("loss", "word"), [(math.nan, "nan"), (math.inf, "infinite")])
def test_divergence_is_noticed_while_looking(loss: float, word: str) -> None:
    with pytest.raises(Diverged, match=f"^loss became {word} in epoch 3$"):
        Watch(None).after_step(3, 1, 100, tally(loss))


def test_a_number_is_no_divergence() -> None:
    check_finite(1e30, "loss", 1)
