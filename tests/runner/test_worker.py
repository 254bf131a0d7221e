"""What the trials of a plan are run by, and what is imported for all of them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from ablate.data.place import DataPlace
from ablate.runner.worker import payload, preload_of, target_of
from ablate.spec.options import freeze
from ablate.spec.script_config import ScriptConfig

from .conftest import StudyOf

RATES = "  rates: {design: grid, factors: {optimizer.lr: [1e-2, 1e-3]}}\n"
LEVELS = "  levels: {design: grid, factors: {params.x: [1, 2]}}\n"
SCRIPT = "study: demo\ntask: TASK\nparams: {x: 1, widths: [8, 8]}\nprimary: PRIMARY\n"


def test_a_training_is_run_with_torch_at_hand(study_of: StudyOf) -> None:
    plan = study_of(RATES).plan
    assert target_of(plan) == "ablate.runner.worker:run_trial"
    assert preload_of(plan) == ("ablate.runner.preload",)


def test_the_library_of_a_model_is_imported_once(study_of: StudyOf) -> None:
    plan = study_of("  models: {design: grid, factors: {model.name: [timm/resnet18]}}\n").plan
    assert preload_of(plan) == ("ablate.runner.preload", "timm")


def test_what_representations_need_is_loaded_once(study_of: StudyOf) -> None:
    preload = preload_of(study_of(RATES, "representations={}").plan)
    assert "sklearn.manifold" in preload
    for module in preload:
        importlib.import_module(module)


@pytest.mark.parametrize(
    ("task", "name", "modules"),
    [
        ("{name: command, run: [python, a.py]}", "command", ()),
        ('{name: python, entry: "a:main", preload: [json]}', "python", ("json",)),
    ],
)
def test_a_script_is_run_without_torch(
    study_of: StudyOf, task: str, name: str, modules: tuple[str, ...]
) -> None:
    head = SCRIPT.replace("TASK", task).replace("PRIMARY", "val/accuracy")
    plan = study_of(LEVELS, head=head).plan
    assert target_of(plan) == f"ablate.runner.{name}_worker:run_{name}"
    preload = preload_of(plan)
    assert preload[-len(modules) :] == modules or not modules
    program = f"import sys, {', '.join(preload)}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"torch", "torchvision", "timm", "mlflow", "optuna", "pandas", "sklearn", "matplotlib"}
    assert not heavy & set(done.stdout.split())


def test_a_script_is_told_the_direction_that_only_a_plugin_may_know(study_of: StudyOf) -> None:
    head = SCRIPT.replace("TASK", '{name: python, entry: "a:main"}').replace("PRIMARY", "test/loss")
    study = study_of(LEVELS, head=head)
    config = study.plan.example
    written = payload(config, 3, DataPlace((), Path(), None), Path("study"))
    assert written["study_folder"] == str(Path("study").absolute())
    read = ScriptConfig.model_validate(freeze(written["config"]))
    assert read.primary.direction == "min"
    assert read.params == {"x": 1, "widths": (8, 8)}
