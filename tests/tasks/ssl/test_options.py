from __future__ import annotations

import pytest

from ablate.errors import Diverged
from ablate.metrics.confusion import ConfusionMatrix
from ablate.metrics.counts import Counts
from ablate.spec.labels import plain_labels
from ablate.tasks.ssl.options import COLLAPSED, Ssl

LABELS = plain_labels(("cat", "dog"))


def counted(projection_std: float) -> Counts:
    return Counts(ConfusionMatrix.empty(2), images=3, loss_sum=1.5, projection_std=projection_std)


def test_while_training_only_the_loss_is_recorded() -> None:
    assert Ssl().score(counted(0.5), LABELS, training=True) == {"loss": 0.5}
    assert set(Ssl().score(counted(0.5), LABELS)) == {"loss", "knn_accuracy", "projection_std"}


def test_what_only_the_other_method_uses_is_inert() -> None:
    assert Ssl(method="byol").inert() == ("temperature",)
    assert Ssl(method="simclr").inert() == ("predictor", "momentum")


def test_collapse_is_named() -> None:
    Ssl().check(counted(COLLAPSED), 3)
    Ssl().check(counted(float("nan")), 3)
    with pytest.raises(
        Diverged, match=r"collapsed in epoch 3: projection_std on val is 0\.05, below 0\.1"
    ):
        Ssl().check(counted(0.05), 3)


def test_too_few_images() -> None:
    assert Ssl().problems({"train": 20, "val": 2}) == []
    found = Ssl(neighbours=21).problems({"train": 20, "val": 1})
    assert [field for field, _ in found] == ["neighbours", ""]
