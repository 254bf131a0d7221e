from __future__ import annotations

from typing import Any

import pytest

from ablate.errors import StudyError
from ablate.plan.types import Plan, Row


def rows(plan: Plan) -> tuple[Row, ...]:
    return plan.ablations[0].rows


def labels(plan: Plan) -> list[str]:
    return [row.label for row in rows(plan)]


def changes(plan: Plan, label: str) -> dict[str, Any]:
    row = next(row for row in rows(plan) if row.label == label)
    return dict(plan.conditions[row.condition].changes)


def test_cumulative_rows_keep_what_the_rows_above_changed(plan_of: Any) -> None:
    plan = plan_of("""
  ladder:
    design: cumulative
    rows:
      Batch norm: {model.batch_norm: true}
      Wider: {model.channels: [8, 16]}
      Narrow again: {model.channels: [2, 4], model.dropout: 0.5}
""")
    assert labels(plan) == ["baseline", "Batch norm", "Wider", "Narrow again"]
    assert changes(plan, "Narrow again") == {
        "model.batch_norm": True,
        "model.channels": (2, 4),
        "model.dropout": 0.5,
    }
    assert [row.previous for row in rows(plan)] == [None, "baseline", "Batch norm", "Wider"]
    assert [row.reference for row in rows(plan)] == [None, "baseline", "baseline", "baseline"]
    assert "order" in plan.ablations[0].notes[0]


def test_grid_is_the_product_and_the_cell_that_equals_the_baseline_is_its_row(plan_of: Any) -> None:
    plan = plan_of("""
  rates:
    design: grid
    factors: {optimizer.lr: [1e-2, 1e-3], data.batch_size: [32, 64]}
""")
    assert labels(plan) == [
        "lr=0.001, batch_size=32",
        "lr=0.01, batch_size=32",
        "lr=0.01, batch_size=64",
        "lr=0.001, batch_size=64",
    ]
    assert rows(plan)[0].condition == plan.baseline
    assert {row.reference for row in rows(plan)[1:]} == {"lr=0.001, batch_size=32"}


def test_zip_moves_factors_together(plan_of: Any) -> None:
    plan = plan_of("""
  rates:
    design: grid
    factors: {optimizer.lr: [1e-1, 1e-2], data.batch_size: [64, 128], model.dropout: [0.1, 0.2]}
    zip: [[optimizer.lr, data.batch_size]]
""")
    assert labels(plan)[1:] == [
        "lr=0.1, batch_size=64, dropout=0.1",
        "lr=0.1, batch_size=64, dropout=0.2",
        "lr=0.01, batch_size=128, dropout=0.1",
        "lr=0.01, batch_size=128, dropout=0.2",
    ]


def test_where_keeps_allowed_combinations(plan_of: Any) -> None:
    plan = plan_of("""
  rates:
    design: grid
    factors: {optimizer.lr: [1e-1, 1e-2], data.batch_size: [64, 128]}
    where: {data.batch_size: [64], optimizer.lr: 1e-2, model.kernel_size: 3}
""")
    assert labels(plan) == ["baseline", "lr=0.01, batch_size=64"]


def test_when_varies_a_factor_only_where_it_matters(plan_of: Any) -> None:
    plan = plan_of("""
  rates:
    design: grid
    factors:
      optimizer.name: [sgd, adamw]
      optimizer.lr: [1e-2]
      optimizer.momentum: [0.0, 0.9]
    when: {optimizer.momentum: {optimizer.name: [sgd]}}
""")
    assert labels(plan)[1:] == [
        "name=sgd, lr=0.01, momentum=0.0",
        "name=sgd, lr=0.01, momentum=0.9",
        "name=adamw, lr=0.01",
    ]


def test_named_levels_set_several_fields(plan_of: Any) -> None:
    plan = plan_of("""
  augmentation:
    design: grid
    factors:
      augmentation:
        none: {data.augment: []}
        flips: {data.augment: [random_horizontal_flip], train.epochs: 4}
      optimizer.lr: [1e-3]
""")
    assert labels(plan) == ["none, lr=0.001", "flips, lr=0.001"]
    assert changes(plan, "flips, lr=0.001")["train.epochs"] == 4


def test_one_factor_varies_each_alone(plan_of: Any) -> None:
    plan = plan_of("""
  network:
    design: one-factor
    factors: {model.num_convs: [1, 2], model.dropout: [0.0, 0.5]}
""")
    assert labels(plan) == ["baseline", "num_convs=2", "dropout=0.5"]
    assert changes(plan, "num_convs=2") == {"model.num_convs": 2}


def test_leave_one_out_starts_from_everything_on(plan_of: Any) -> None:
    plan = plan_of("""
  parts:
    design: leave-one-out
    rows:
      Batch norm: {model.batch_norm: true}
      Dropout: {model.dropout: 0.5}
""")
    assert labels(plan) == ["everything on", "without Batch norm", "without Dropout"]
    assert changes(plan, "without Dropout") == {"model.batch_norm": True}
    assert rows(plan)[0].reference is None
    assert rows(plan)[1].reference == "everything on"
    assert plan.baseline not in plan.conditions


def test_variants_may_name_their_own_reference(plan_of: Any) -> None:
    plan = plan_of("""
  settings:
    design: variants
    rows:
      A: {}
      B: {model.batch_norm: true}
      C: {model.batch_norm: true, model.dropout: 0.5, reference: B}
""")
    assert [(row.label, row.reference) for row in rows(plan)] == [
        ("A", None),
        ("B", "A"),
        ("C", "B"),
    ]


def test_an_ablation_may_name_its_reference(plan_of: Any) -> None:
    plan = plan_of("""
  settings:
    design: variants
    reference: B
    rows: {B: {model.batch_norm: true}, C: {model.dropout: 0.5}}
""")
    assert [(row.label, row.reference) for row in rows(plan)] == [
        ("B", None),
        ("baseline", "B"),
        ("C", "B"),
    ]


def test_another_name_drops_the_fields_of_the_section(plan_of: Any) -> None:
    plan = plan_of("""
  optimizers:
    design: variants
    rows: {SGD: {optimizer: {name: sgd, lr: 0.1}}}
""")
    key = rows(plan)[1].condition
    assert plan.conditions[key].config.optimizer.name == "sgd"
    assert "optimizer.momentum" in plan.conditions[key].changes


@pytest.mark.parametrize(
    ("ablations", "text"),
    [
        ("  a: {design: grid, factors: {optimizer.lr: [0.1, 1e-1]}}", "stands twice"),
        ("  a: {design: leave-one-out, rows: {A: {model.dropout: 0.5}}}", "at least 2"),
        ("  a: {design: variants, rows: {baseline: {model.dropout: 0.5}}}", "two rows are called"),
    ],
)
def test_designs_refuse_what_cannot_be_meant(plan_of: Any, ablations: str, text: str) -> None:
    with pytest.raises(StudyError, match=text):
        plan_of(ablations)
