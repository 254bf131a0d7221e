from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.plan.search.key import search_key
from ablate.plan.search.pruners import Hyperband, Median
from ablate.plan.search.samplers import Random, Tpe
from ablate.plan.search.types import Dimension

LR = Dimension("optimizer.lr", "float", 1e-4, 1e-1, log=True)
NAME = Dimension("optimizer.name", "choice", choices=("sgd", "adam"))
MOMENTUM = Dimension("optimizer.momentum", "float", 0.0, 0.9, when={"optimizer.name": ("sgd",)})
SPACE = (LR, NAME, MOMENTUM)


def key(**changes: Any) -> str:
    parts: dict[str, Any] = {
        "base": "0" * 32,
        "space": SPACE,
        "sampler": Tpe(),
        "pruner": None,
        "seeds": (0,),
        "objective": "val/accuracy",
        "maximize": True,
    }
    return search_key(**{**parts, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"base": "1" * 32},
        {"sampler": Tpe(seed=1)},
        {"sampler": Tpe(startup_trials=5)},
        {"sampler": Random()},
        {"pruner": Median()},
        {"pruner": Hyperband()},
        {"seeds": (0, 1)},
        {"seeds": (1,)},
        {"objective": "val/macro_f1"},
        {"maximize": False},
        {"space": SPACE[:2]},
        *(
            {"space": (replace(LR, **{name: value}), NAME, MOMENTUM)}
            for name, value in (("low", 2e-4), ("high", 0.2), ("log", False), ("field", "a.b"))
        ),
        {"space": (replace(LR, log=False, step=1e-4), NAME, MOMENTUM)},
        {"space": (LR, replace(NAME, choices=("sgd", "adam", "adamw")), MOMENTUM)},
        {"space": (LR, NAME, replace(MOMENTUM, when={"optimizer.name": ("adam",)}))},
        {"space": (LR, NAME, replace(MOMENTUM, when={}))},
    ],
    ids=str,
)
def test_what_changes_proposals_changes_the_key(changes: dict[str, Any]) -> None:
    assert key(**changes) != key()


@given(st.permutations(SPACE))
def test_the_order_of_dimensions_does_not(space: list[Dimension]) -> None:
    assert key(space=space) == key()


def test_the_order_of_a_condition_does_not() -> None:
    def when(*names: str) -> Dimension:
        return replace(MOMENTUM, when={"optimizer.name": names})

    assert key(space=(LR, when("sgd", "adam"))) == key(space=(LR, when("adam", "sgd")))
