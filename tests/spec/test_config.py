"""The two kinds of configuration: which one a study describes, and what a script's may hold."""

from __future__ import annotations

from typing import Any

import pytest

from ablate.spec.config import TrialConfig
from ablate.spec.config_kind import config_class
from ablate.spec.options import to_tree
from ablate.spec.overrides import apply_overrides, flatten
from ablate.spec.primary import Primary
from ablate.spec.script_config import ScriptConfig
from ablate.spec.stages import resolve

SCRIPT: dict[str, Any] = {
    "task": {"name": "command", "run": ("python", "train.py", "{lr}")},
    "params": {"lr": 0.1, "model": {"name": "small", "depth": 3}},
    "primary": "val/accuracy",
}


def script(**sections: Any) -> ScriptConfig:
    config, mistakes = resolve({**SCRIPT, **sections})
    assert isinstance(config, ScriptConfig), mistakes
    return config


def mistakes_of(**sections: Any) -> list[str]:
    config, mistakes = resolve({**SCRIPT, **sections})
    assert config is None
    return [" ".join(map(str, (*path, message, remedy))) for path, message, remedy in mistakes]


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("classification", TrialConfig),
        ({"name": "classification"}, TrialConfig),
        ("command", ScriptConfig),
        ({"name": "python", "entry": "a:b"}, ScriptConfig),
        ("no such task", TrialConfig),
        (None, TrialConfig),
        ((1, 2), TrialConfig),
    ],
)
def test_the_task_decides_the_kind(task: Any, kind: type) -> None:
    assert config_class(task) is kind


def test_a_configuration_is_of_one_kind() -> None:
    config = script()
    assert (config.script, config.training) == (config, None)
    assert (config.epochs, config.monitors, config.dataset) == (None, False, "")
    assert config.headline == {"task.run": "python train.py {lr}"}


def test_a_resolved_script_is_read_again_as_it_was() -> None:
    config = script()
    assert ScriptConfig.model_validate(to_tree(config)) == config


def test_params_are_merged_as_they_are_and_names_mean_nothing() -> None:
    changed = apply_overrides(SCRIPT, {"params.model.name": "large", "params": {"lr": 1.0}})
    assert changed["params"] == {"lr": 1.0, "model": {"name": "large", "depth": 3}}
    assert flatten({"params": {"lr": 1.0, "model": {"depth": 2}}}) == {
        "params.lr": 1.0,
        "params.model": {"depth": 2},
    }


def test_sections_of_the_other_kind_are_mistakes() -> None:
    assert mistakes_of(data={"name": "digits"}, train={"epochs": 2}) == [
        "data a script has no section 'data' What a script needs stands under params",
        "train a script has no section 'train' What a script needs stands under params",
    ]
    assert any("Only 'task: command'" in text for text in mistakes_of(task="classification"))


def test_params_have_names_that_ablations_can_write() -> None:
    (text,) = mistakes_of(params={"lr": 1, "a.b": 1})
    assert text.startswith("params the name 'a.b' cannot be varied by an ablation")


def test_a_metric_of_ones_own_needs_a_direction() -> None:
    (text,) = mistakes_of(primary="val/glance")
    assert "For one of your own say {metric: val/glance, direction: max}, or min" in text
    own = script(primary={"metric": "val/glance", "direction": "min"}).primary
    assert (own.maximize, own.info.title, own.info.percent) == (False, "glance", False)


@pytest.mark.parametrize(
    ("metric", "maximize"),
    [("val/accuracy", True), ("test/loss", False), ("val/accuracy/cat", True)],
)
def test_the_direction_of_a_known_metric_follows(metric: str, maximize: bool) -> None:
    assert script(primary=metric).primary.maximize is maximize


def test_a_training_computes_its_primary_metric_whatever_direction_is_written() -> None:
    tree = {
        "task": "classification",
        "data": {"name": "digits"},
        "model": {"name": "basenet"},
        "optimizer": {"name": "adam", "lr": 0.1},
        "primary": {"metric": "val/glance", "direction": "max"},
    }
    config, mistakes = resolve(tree)
    assert config is None
    assert [message for _, message, _ in mistakes] == ["unknown metric 'glance'"]


def test_the_metric_of_a_known_name_keeps_its_title() -> None:
    assert Primary(metric="val/accuracy").info.percent


@pytest.mark.parametrize("pattern", ["../model.py", "/etc/passwd", "lib/../../x", ""])
def test_files_stay_in_the_folder_of_the_study(pattern: str) -> None:
    (text,) = mistakes_of(task={**SCRIPT["task"], "files": (pattern,)})
    assert "leads outside the folder of the study file" in text


def test_a_pattern_must_be_one() -> None:
    (text,) = mistakes_of(task={**SCRIPT["task"], "files": ("lib/**.py",)})
    assert "Write ** between slashes" in text
