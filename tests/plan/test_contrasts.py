from __future__ import annotations

from typing import Any

import pytest

from ablate.errors import StudyError
from ablate.plan.designs.base import OFF, ON

GRID = """
  rates:
    design: grid
    factors: {optimizer.lr: [1e-2, 1e-3], model.batch_norm: [false, true]}
    contrasts:
"""


def test_weights_are_numbers_or_fractions_of_rows(plan_of: Any) -> None:
    plan = plan_of(
        GRID
        + '      q: {"lr=0.01, batch_norm=true": 1, "lr=0.01, batch_norm=false": -1/3, baseline: -2/3}'
    )
    (contrast,) = plan.ablations[0].contrasts
    assert contrast.name == "q"
    assert dict(contrast.weights) == pytest.approx(
        {
            "lr=0.01, batch_norm=true": 1.0,
            "lr=0.01, batch_norm=false": -1 / 3,
            "lr=0.001, batch_norm=false": -2 / 3,  # the row that equals the baseline
        }
    )


def test_contrasts_leave_every_identity_as_it_is(plan_of: Any) -> None:
    plain = plan_of(GRID.replace("    contrasts:\n", ""))
    asked = plan_of(GRID + '      q: {"lr=0.01, batch_norm=true": 1, baseline: -1}')
    assert asked.trials == plain.trials
    assert asked.conditions.keys() == plain.conditions.keys()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ('{baseline: 1, "lr=0.01, batch_norm=true": -0.5}', "must sum to 0"),
        ("{baseline: 0}", "other than 0"),
        ("{baseline: 1/x}", "a fraction such as"),
        ("{baseline: 1/0}", "a fraction such as"),
        ("{baseline: .nan}", "must be a number"),
        ('{baseline: 1, "lr=0.01, batchnorm=true": -1}', "is not a row of this ablation"),
    ],
)
def test_wrong_contrasts_are_refused_with_their_line(
    plan_of: Any, weights: str, message: str
) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        plan_of(f"{GRID}      q: {weights}")
    assert "contrasts.q" in str(caught.value)


def test_rows_name_the_levels_of_factors(plan_of: Any) -> None:
    plan = plan_of("""
  rates:
    design: grid
    factors:
      optimizer.lr: [1e-2, 1e-3]
      size: {small: {model.hidden: [8]}, large: {model.hidden: [64]}}
  ladder:
    design: cumulative
    rows: {Norm: {model.batch_norm: true}, Drop: {model.dropout: 0.5}}
  parts:
    design: leave-one-out
    rows: {Norm: {model.batch_norm: true}, Drop: {model.dropout: 0.5}}
  single:
    design: one-factor
    factors: {optimizer.lr: [1e-2, 1e-3]}
""")
    grid, ladder, parts, single = plan.ablations
    assert grid.axes == {"optimizer.lr": ("0.01", "0.001"), "size": ("small", "large")}
    assert [dict(row.levels) for row in grid.rows[:2]] == [
        {},  # the baseline is none of the combinations
        {"optimizer.lr": "0.01", "size": "small"},
    ]
    assert [tuple(row.levels.values()) for row in ladder.rows] == [(OFF, OFF), (ON, OFF), (ON, ON)]
    assert [tuple(row.levels.values()) for row in parts.rows] == [(ON, ON), (OFF, ON), (ON, OFF)]
    assert single.axes == {}
