from __future__ import annotations

from pathlib import Path

import pytest

from ablate.runner.cards import config_yaml
from ablate.runner.upkeep.configs import parse_config, read_tree
from ablate.spec.options import to_tree
from ablate.spec.stages import resolve

from .conftest import ROWS, StudyOf


def test_a_recorded_configuration_is_read_back_whole(study_of: StudyOf) -> None:
    study = study_of(ROWS, "optimizer.lr=1e-7")
    for condition in study.plan.conditions.values():
        tree = parse_config(config_yaml(condition.config))
        assert tree == to_tree(condition.config)
        assert resolve(tree)[0] == condition.config


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "!!python/object:os.system {}", "\x00"])
def test_anything_else_is_none(tmp_path: Path, text: str) -> None:
    assert read_tree(tmp_path) is None
    (tmp_path / "config.yaml").write_text(text)
    assert read_tree(tmp_path) is None
