from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ablate.plan.search.pruners import TABLE, Hyperband, Median, SuccessiveHalving, Wilcoxon


@pytest.mark.parametrize("name", TABLE.names())
def test_a_pruner_is_made_by_its_name_alone(name: str) -> None:
    cls = TABLE.get(name)
    assert cls.model_validate({"name": name}) == cls()
    assert cls().first_judgement() >= 1
    assert all(field.description or key == "name" for key, field in cls.model_fields.items())


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (Median, {"interval": 0}),
        (Median, {"warmup_epochs": -1}),
        (Hyperband, {"reduction": 1}),
        (SuccessiveHalving, {"min_epochs": 0}),
        (Wilcoxon, {"p": 1.0}),
        (Wilcoxon, {"startup_seeds": 1}),
    ],
)
def test_options_out_of_range(cls: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        cls(**options)


@pytest.mark.parametrize(("p", "seeds"), [(0.3, 2), (0.25, 3), (0.1, 4), (0.05, 5), (0.01, 7)])
def test_wilcoxon_judges_when_its_test_can_reach_p(p: float, seeds: int) -> None:
    from scipy.stats import wilcoxon

    def least(n: int) -> float:
        return float(wilcoxon([-0.1 * i for i in range(1, n + 1)], alternative="less").pvalue)

    assert Wilcoxon(p=p).first_judgement() == seeds
    assert least(seeds) < p
    assert seeds == 2 or least(seeds - 1) >= p


def test_first_epochs_that_are_judged() -> None:
    assert Median().first_judgement() == 1
    assert Median(warmup_epochs=3).first_judgement() == 4
    assert Hyperband(min_epochs=2).first_judgement() == 2
    assert SuccessiveHalving().first_judgement() == 1
