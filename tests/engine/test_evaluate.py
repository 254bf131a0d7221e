from __future__ import annotations

from collections.abc import Callable

import pytest

from ablate.data.prepared import PreparedData
from ablate.engine import passes as module
from ablate.engine.assemble import assemble
from ablate.engine.evaluate import evaluate
from ablate.engine.passes import batch_size
from ablate.spec.config import TrialConfig
from ablate.spec.values import ImageShape

Configure = Callable[..., TrialConfig]


@pytest.mark.parametrize(
    ("shape", "train_batch_size", "expected"),
    [((1, 28, 28), 64, 512), ((3, 224, 224), 16, 27), ((3, 224, 224), 256, 256)],
)
def test_batches_are_large_but_not_larger_than_memory(
    shape: tuple[int, int, int], train_batch_size: int, expected: int
) -> None:
    channels, height, width = shape
    image = ImageShape(channels=channels, height=height, width=width)
    assert batch_size(image, train_batch_size) == expected


def test_counts_do_not_depend_on_the_batch_size(
    stripes: PreparedData, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = assemble(configure(), stripes, seed=0, device="cpu")
    counts = []
    for most in (512, 60):
        monkeypatch.setattr(module, "_MOST_IMAGES", most)
        counts.append(evaluate(trainer, stripes, "train"))
    assert counts[0].confusion == counts[1].confusion
    assert counts[0].loss == pytest.approx(counts[1].loss, rel=1e-5)
    assert counts[0].images == 400


def test_evaluating_changes_nothing(stripes: PreparedData, configure: Configure) -> None:
    trainer = assemble(configure(), stripes, seed=0, device="cpu")
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    evaluate(trainer, stripes, "val")
    for name, value in trainer.model.state_dict().items():
        assert value.equal(before[name])
