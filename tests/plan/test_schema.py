"""The JSON schema of study files knows searches."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from ablate.plan.designs import TABLE
from ablate.spec.schema import study_schema

RANGE = {"low": 1e-4, "high": 1e-1, "log": True}
SEARCH = {"design": "search", "budget": {"trials": 4}, "space": {"optimizer.lr": RANGE}}
TUNE = {"budget": {"hours": 2}, "space": {"optimizer.lr": RANGE}}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = study_schema()
    return jsonschema.Draft202012Validator({"$ref": "#/$defs/design", "$defs": schema["$defs"]})


@pytest.mark.parametrize(
    "ablation",
    [
        SEARCH,
        {**SEARCH, "sampler": "tpe", "pruner": "hyperband", "seeds": 2, "start_from": "a"},
        {**SEARCH, "sampler": {"name": "cmaes", "seed": 1}, "pruner": None},
        {**SEARCH, "pruner": {"name": "wilcoxon", "p": 0.2}, "seeds": 2},
        {**SEARCH, "space": {"optimizer.name": ["sgd", "adam"]}},
        {
            **SEARCH,
            "space": {"params.a": {"choices": [1, None], "when": {"params.b": 1}}, "params.b": [1]},
        },
        {"design": "variants", "rows": {"A": {"model.dropout": 0.5}}, "tune": TUNE},
        {"design": "grid", "factors": {"optimizer.lr": [0.1]}, "prune": "median", "tune": None},
    ],
    ids=str,
)
def test_what_a_study_may_say(
    validator: jsonschema.Draft202012Validator, ablation: dict[str, Any]
) -> None:
    assert list(validator.iter_errors(ablation)) == []
    TABLE.get(ablation["design"]).model_validate(_read(ablation))


@pytest.mark.parametrize(
    "ablation",
    [
        {"design": "search", "budget": {"trials": 4}},
        {**SEARCH, "budget": {"trials": 0}},
        {**SEARCH, "sampler": "tpee"},
        {**SEARCH, "sampler": {"name": "random", "startup_trials": 3}},
        {**SEARCH, "pruner": {"name": "hyperband", "reduction": 1}},
        {**SEARCH, "space": {"optimizer.lr": {"low": 1}}},
        {**SEARCH, "space": {}},
        {**SEARCH, "tune": TUNE},
        {"design": "grid", "factors": {"optimizer.lr": [0.1]}, "tune": {"space": TUNE["space"]}},
    ],
    ids=str,
)
def test_what_a_study_may_not_say(
    validator: jsonschema.Draft202012Validator, ablation: dict[str, Any]
) -> None:
    assert list(validator.iter_errors(ablation))


def _read(value: Any) -> Any:
    """As a study file is read: lists as tuples."""
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    return tuple(map(_read, value)) if isinstance(value, list) else value
