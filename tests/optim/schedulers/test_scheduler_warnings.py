from __future__ import annotations

import pytest
from pydantic import ValidationError

from ablate.optim import SCHEDULERS
from ablate.testing.optim_cases import SCHEDULER_CASES, SchedulerCase


@pytest.mark.parametrize(
    ("tree", "epochs", "patience", "fields"),
    [
        ({"name": "step", "step_size": 10}, 20, None, []),
        ({"name": "step", "step_size": 20}, 20, None, ["step_size"]),
        ({"name": "multistep", "milestones": (5, 20)}, 20, None, ["milestones"]),
        ({"name": "multistep", "milestones": (5, 19)}, 20, None, []),
        ({"name": "plateau", "patience": 4}, 20, 5, []),
        ({"name": "plateau", "patience": 5}, 20, 5, ["patience"]),
        ({"name": "plateau", "patience": 5}, 20, None, []),
        ({"name": "plateau", "patience": 19}, 20, None, ["patience"]),
        ({"name": "constant", "warmup_epochs": 20.0}, 20, None, ["warmup_epochs"]),
        ({"name": "cosine", "warmup_epochs": 5.0}, 20, None, []),
    ],
)
def test_choices_that_never_act_are_warned_about(
    tree: dict[str, object], epochs: int, patience: int | None, fields: list[str]
) -> None:
    options = SCHEDULERS.get(str(tree["name"])).model_validate(tree)
    assert [field for field, _ in options.warnings(epochs, patience)] == fields


@pytest.mark.parametrize("case", SCHEDULER_CASES, ids=str)
def test_warm_up_longer_than_the_training_is_warned_about(case: SchedulerCase) -> None:
    options = case.parse().model_copy(update={"warmup_epochs": 50.0})
    assert "warmup_epochs" in [field for field, _ in options.warnings(50, None)]


@pytest.mark.parametrize(
    "tree",
    [
        {"name": "step"},
        {"name": "step", "step_size": 0},
        {"name": "step", "step_size": 2, "gamma": 0.0},
        {"name": "multistep", "milestones": (3, 2)},
        {"name": "multistep", "milestones": ()},
        {"name": "exponential"},
        {"name": "plateau", "factor": 1.0},
        {"name": "one_cycle", "anneal": "cosine"},
        {"name": "constant", "warmup_epochs": -1.0},
    ],
)
def test_impossible_options_are_refused(tree: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SCHEDULERS.get(str(tree["name"])).model_validate(tree)
