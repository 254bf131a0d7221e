from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ablate.plan.search.samplers import TABLE, Cmaes, Gp, Qmc, Random, Tpe
from ablate.plan.search.types import Dimension

LR = Dimension("optimizer.lr", "float", 1e-4, 1e-1, log=True)
NAME = Dimension("optimizer.name", "choice", choices=("sgd", "adam"))
MOMENTUM = Dimension("optimizer.momentum", "float", 0.0, 0.9, when={"optimizer.name": ("sgd",)})


@pytest.mark.parametrize("name", TABLE.names())
def test_a_sampler_is_made_by_its_name_alone(name: str) -> None:
    cls = TABLE.get(name)
    assert cls.model_validate({"name": name}) == cls()
    assert all(field.description or key == "name" for key, field in cls.model_fields.items())


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (Tpe, {"seed": -1}),
        (Tpe, {"seed": 2**32}),
        (Tpe, {"startup_trials": 0}),
        (Cmaes, {"startup_trials": 0}),
        (Qmc, {"kind": "lattice"}),
    ],
)
def test_options_out_of_range(cls: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        cls(**options)


def test_cmaes_varies_ranges_that_are_always_active() -> None:
    assert Cmaes().problems((LR,)) == []
    assert Cmaes().warnings((LR,)) == []
    assert Cmaes().problems((LR, NAME, MOMENTUM)) == []
    assert "optimizer.momentum" in Cmaes().warnings((LR, NAME, MOMENTUM))[0]
    assert "range" in Cmaes().problems((NAME,))[0][0]
    assert "range" in Cmaes().problems((NAME, MOMENTUM))[0][0]
    assert "optimizer.name" in Cmaes().warnings((LR, NAME))[0]


def test_a_sampler_that_draws_conditional_fields_at_random_says_so() -> None:
    assert Gp().problems((LR, NAME, MOMENTUM)) == []
    assert Gp().warnings((LR, NAME)) == []
    assert "optimizer.momentum" in Gp().warnings((LR, NAME, MOMENTUM))[0]
    assert Qmc().warnings((LR, NAME, MOMENTUM)) == []


@pytest.mark.parametrize("sampler", [Tpe(), Random()], ids=lambda sampler: sampler.name)
def test_samplers_for_any_space(sampler: Any) -> None:
    assert sampler.problems((LR, NAME, MOMENTUM)) == sampler.warnings((LR, NAME, MOMENTUM)) == []
