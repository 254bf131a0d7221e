from __future__ import annotations

from collections.abc import Callable

import pytest

from ablate.runner.smoke import _combination
from ablate.runner.study import Study

ROWS = "  v: {{design: variants, rows: {{Other: {{{change}}}}}}}\n"


@pytest.mark.parametrize(
    ("change", "tried_again"),
    [
        ("model.batch_norm: true", True),
        ("train.freeze: encoder", True),
        ('train.freeze: ["conv1.*"]', True),
        ("optimizer.encoder_lr: 1e-4", True),
        ("optimizer: {name: sgd, lr: 1e-2}", True),
        ("optimizer.lr: 0.5", False),
        ("train.epochs: 7", False),
    ],
)
def test_what_may_fail_in_another_way_is_tried_by_itself(
    study_of: Callable[..., Study], change: str, tried_again: bool
) -> None:
    study = study_of(ROWS.format(change=change))
    first, other = (_combination(item) for item in study.plan.conditions.values())
    assert (first != other) == tried_again
