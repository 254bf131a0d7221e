"""What must change a trial's identity, and what must not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.plan.identity import condition_key, trial_identity
from ablate.spec.stages import resolve

TREE: dict[str, Any] = {
    "task": "classification",
    "data": {"name": "digits", "batch_size": 32, "augment": ("random_horizontal_flip",)},
    "model": {"name": "basenet", "kernel_size": 3},
    "optimizer": {"name": "adam", "lr": 0.001},
    "train": {"epochs": 2},
    "primary": "val/accuracy",
}


def key(**sections: Any) -> str:
    config, mistakes = resolve({**TREE, **sections})
    assert config is not None, mistakes
    return condition_key(config)


BASE = key()


def test_keys_stay_what_they_were() -> None:
    """Other keys would train every recorded trial again: raise VERSION where that is meant."""
    assert key() == "848344c0862b13fbaacf534f1574a96e"
    assert key(train={"epochs": 2, "checkpoint": "best"}) == "2395df055c74d74abbc6265c4d94aaad"
    assert trial_identity(BASE, 1, "data") == "cb673a41f00fb3beb7fcf3a79e57cbd3"


@pytest.mark.parametrize(
    "sections",
    [
        {"data": {**TREE["data"], "batch_size": 64}},
        {"data": {**TREE["data"], "augment": ()}},
        {"data": {**TREE["data"], "augment": ("random_vertical_flip",)}},
        {"data": {**TREE["data"], "augment": ({"random_horizontal_flip": {"p": 0.25}},)}},
        {"data": {**TREE["data"], "split_seed": 1}},
        {"model": {**TREE["model"], "batch_norm": True}},
        {"optimizer": {"name": "adamw", "lr": 0.001}},
        {"optimizer": {**TREE["optimizer"], "lr": 0.002}},
        {"scheduler": {"name": "cosine"}},
        {"loss": {"name": "focal"}},
        {"train": {"epochs": 3}},
        {"train": {"epochs": 2, "precision": "bf16"}},
        {"train": {"epochs": 2, "patience": 5}},
    ],
    ids=str,
)
def test_what_changes_a_result_changes_the_key(sections: dict[str, Any]) -> None:
    assert key(**sections) != BASE


@pytest.mark.parametrize(
    "sections",
    [
        {"data": {"augment": ("random_horizontal_flip",), "batch_size": 32, "name": "digits"}},
        {"data": {**TREE["data"], "augment": ({"random_horizontal_flip": {}},)}},
        {"data": {**TREE["data"], "augment": ({"random_horizontal_flip": {"p": 0.5}},)}},
        {"optimizer": {"name": "adam", "lr": 1e-3, "weight_decay": 0}},
        {"loss": "cross_entropy"},
        {"loss": {"name": "cross_entropy", "label_smoothing": 0.0}},
        {"scheduler": "constant"},
        {"primary": "train/loss"},
    ],
    ids=str,
)
def test_what_cannot_change_a_result_does_not(sections: dict[str, Any]) -> None:
    assert key(**sections) == BASE


def test_the_metric_counts_where_it_steers_training() -> None:
    best = {"epochs": 2, "checkpoint": "best"}
    assert key(train=best) != key(train=best, primary="val/macro_f1")
    assert key(train=best) == key(train=best, primary={"metric": "test/accuracy"})


def test_where_the_data_lies_does_not_count() -> None:
    data = {"name": "image-folder", "path": "here"}
    assert key(data=data) == key(data={**data, "path": "there"})


def test_the_bytes_of_files_count_and_their_names_do_not(tmp_path: Path) -> None:
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(content)
    one, same, other = (trial_identity("c", 0, "d", [tmp_path / name]) for name in "abc")
    assert one == same != other


def test_the_hash_does_not_depend_on_the_process() -> None:
    program = "from tests.plan.test_identity import BASE; print(BASE)"
    for seed in ("1", "2"):
        found = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONPATH": "."},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.strip() == BASE


@given(st.text(), st.integers(0, 2**31), st.text(), st.text(), st.integers(0, 2**31), st.text())
def test_identities_are_equal_exactly_when_their_parts_are(
    condition: str, seed: int, data: str, condition2: str, seed2: int, data2: str
) -> None:
    first = trial_identity(condition, seed, data)
    second = trial_identity(condition2, seed2, data2)
    assert (first == second) == ((condition, seed, data) == (condition2, seed2, data2))
