"""The JSON schema accepts every study that is shipped, and tells the two kinds of study apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from ablate.spec.schema import study_schema
from ablate.spec.yaml_file import read_document

STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*.yaml"))
SCHEMA = study_schema()
SCRIPT: dict[str, Any] = {
    "study": "demo",
    "task": {"name": "python", "entry": "train:main"},
    "params": {"depth": 3},
    "primary": "val/accuracy",
    "ablations": {"a": {"design": "grid", "factors": {"params.depth": [1, 2]}}},
}

TRAINING = {
    "study": "demo",
    "task": "classification",
    "data": {"name": "digits"},
    "model": {"name": "timm/resnet18"},
    "optimizer": {"name": "adam", "lr": 0.1},
    "primary": "val/accuracy",
    "ablations": {"a": {"design": "variants", "rows": {"B": {}}}},
}


def errors(study: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(study)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_shipped_studies_are_valid(path: Path) -> None:
    if read_document(path).tree.get("plugins"):
        pytest.skip("no schema knows the members of plugins")
    assert errors(YAML(typ="safe").load(path)) == []


def test_a_script_has_params_and_no_data() -> None:
    assert errors(SCRIPT) == []
    assert errors({**SCRIPT, "data": {"name": "digits"}}) != []
    assert errors({**SCRIPT, "task": {"name": "python"}}) != []


def test_a_training_has_data_and_no_params() -> None:
    training = {**SCRIPT, "task": "classification"}
    assert any("'data' is a required property" in text for text in errors(training))


def test_a_stage_is_a_whole_configuration_and_more() -> None:
    stage = {key: TRAINING[key] for key in ("task", "data", "model", "optimizer", "primary")}
    assert errors({**TRAINING, "stages": {"first": {**stage, "seed": "shared"}}}) == []
    assert errors({**TRAINING, "stages": {"first": {**stage, "seed": "own"}}}) != []
    assert errors({**TRAINING, "stages": {"first": {**stage, "epochs": 3}}}) != []
    assert errors({**TRAINING, "stages": {"first": {"task": "classification"}}}) != []
    weights = {"name": "timm/resnet18", "weights": {"stage": "first"}}
    assert errors({**TRAINING, "model": weights, "stages": {"first": stage}}) == []
