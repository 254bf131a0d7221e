from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ablate.plan.search.dimensions import Space, dimensions
from ablate.plan.search.space import is_active
from ablate.plan.search.types import Dimension


def read(space: dict[str, Any]) -> tuple[Dimension, ...]:
    return dimensions(TypeAdapter(Space).validate_python(space))[0]


def test_whole_numbers_make_an_int_dimension() -> None:
    (found,) = read({"data.batch_size": {"low": 16, "high": 128, "step": 16}})
    assert found == Dimension("data.batch_size", "int", 16, 128, step=16)


@pytest.mark.parametrize("key", ["low", "high", "step"])
def test_one_number_with_a_point_makes_a_float_dimension(key: str) -> None:
    numbers = {"low": 0, "high": 4, "step": 1}
    (found,) = read({"model.dropout": {**numbers, key: float(numbers[key])}})
    assert found.kind == "float"
    values = (found.low, found.high, found.step)
    assert values == (0, 4, 1)
    assert {type(value) for value in values} == {float}


def test_lists_are_choices_in_their_order() -> None:
    (short, long) = read(
        {"model.channels": ((6, 12), (12, 24)), "optimizer.name": {"choices": ("sgd", "adam")}}
    )
    assert short == Dimension("model.channels", "choice", choices=((6, 12), (12, 24)))
    assert long == Dimension("optimizer.name", "choice", choices=("sgd", "adam"))


def test_choices_that_python_calls_equal_are_told_apart() -> None:
    (found,) = read({"params.x": (1, True, 1.0, 0, False)})
    assert [type(choice) for choice in found.choices] == [int, bool, float, int, bool]


@pytest.mark.parametrize(
    ("when", "values"),
    [
        ({"model.hidden": ()}, ((),)),
        ({"model.hidden": (12, 24)}, ((12, 24),)),
        ({"model.hidden": ((12, 24), ())}, ((12, 24), ())),
    ],
)
def test_a_condition_is_a_value_or_a_list_of_values(when: Any, values: Any) -> None:
    space = {"model.hidden": ((), (12, 24)), "model.dropout": {"low": 0.0, "high": 0.5}}
    found = read({**space, "model.dropout": {**space["model.dropout"], "when": when}})
    assert found[1].when == {"model.hidden": values}


def test_a_dimension_stands_after_those_that_its_condition_names() -> None:
    space = {
        "params.c": {"choices": (1,), "when": {"params.b": 1}},
        "params.a": (1, 2),
        "params.b": {"choices": (1, 2), "when": {"params.a": 2}},
        "params.d": (1, 2),
    }
    assert [item.field[-1] for item in read(space)] == ["a", "b", "c", "d"]


def test_a_condition_on_a_range_means_the_number_however_it_is_written() -> None:
    found = read(
        {
            "params.a": {"low": 0.0, "high": 2.0},
            "params.b": {"choices": (1,), "when": {"params.a": (0, 2.0)}},
        }
    )
    assert is_active(found[1], {"params.a": 0.0})
    assert not is_active(found[1], {"params.a": 1.0})


@pytest.mark.parametrize(
    "value",
    [
        {"low": float("nan"), "high": 1.0},
        {"low": 0.0, "high": float("inf")},
        {"low": True, "high": 2},
        {"choices": (float("inf"), 1.0)},
        {"choices": (1,), "low": 0},
        "sgd",
        None,
    ],
    ids=str,
)
def test_what_is_no_dimension(value: Any) -> None:
    with pytest.raises(ValidationError):
        read({"params.x": value})
