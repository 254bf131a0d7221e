from __future__ import annotations

import pytest

from ablate.plan.search.space import is_active, probes, takes, whole_steps
from ablate.plan.search.types import Dimension

NAME = Dimension("optimizer.name", "choice", choices=("sgd", "adam", "adamw"))
MOMENTUM = Dimension("optimizer.momentum", "float", 0.0, 0.9, when={"optimizer.name": ("sgd",)})
NESTEROV = Dimension(
    "optimizer.nesterov", "choice", choices=(True, False), when={"optimizer.momentum": (0.9,)}
)


def test_a_dimension_whose_condition_is_inactive_is_inactive() -> None:
    assert is_active(NESTEROV, {"optimizer.name": "sgd", "optimizer.momentum": 0.9})
    assert not is_active(NESTEROV, {"optimizer.name": "adam"})


@pytest.mark.parametrize(
    ("dimension", "value", "expected"),
    [
        (Dimension("a.b", "int", 1, 9, step=2), 5, True),
        (Dimension("a.b", "int", 1, 9, step=2), 4, False),
        (Dimension("a.b", "int", 1, 9), 10, False),
        (Dimension("a.b", "int", 0, 9), 3.0, False),
        (Dimension("a.b", "int", 0, 9), True, False),
        (Dimension("a.b", "float", 0.0, 0.5, step=0.1), 0.3, True),
        (Dimension("a.b", "float", 0.0, 0.5, step=0.1), 0.35, False),
        (Dimension("a.b", "float", 0.0, 0.5), "low", False),
        (Dimension("a.b", "choice", choices=(1, None)), None, True),
        (Dimension("a.b", "choice", choices=(1, None)), True, False),
    ],
)
def test_takes(dimension: Dimension, value: object, expected: bool) -> None:
    assert takes(dimension, value) is expected


def test_steps_are_counted_as_numbers_are_written() -> None:
    assert whole_steps(0.0, 0.7, 0.1) == 7
    assert whole_steps(1e-5, 1e-4, 3e-5) == 3
    assert whole_steps(0, 10, 3) is None


def test_probes_try_each_end_and_choice_where_it_is_active() -> None:
    found = list(probes((NAME, MOMENTUM, NESTEROV)))
    assert [(probe.dimension.field, probe.value) for probe in found] == [
        ("optimizer.name", "sgd"),
        ("optimizer.name", "adam"),
        ("optimizer.name", "adamw"),
        ("optimizer.momentum", 0.0),
        ("optimizer.momentum", 0.9),
        ("optimizer.nesterov", True),
        ("optimizer.nesterov", False),
    ]
    assert found[0].proposals == (
        {"optimizer.name": "sgd", "optimizer.momentum": 0.0},
        {"optimizer.name": "sgd", "optimizer.momentum": 0.9, "optimizer.nesterov": False},
    )
    assert found[1].proposals == ({"optimizer.name": "adam"},) * 2
    for probe in found[5:]:
        assert all(
            params["optimizer.nesterov"] is probe.value and params["optimizer.name"] == "sgd"
            for params in probe.proposals
        )
