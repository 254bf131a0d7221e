"""What makes a script's trial another one, and what does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ablate.runner.study import Study

STUDY = """\
study: demo
task: {name: command, run: [python, train.py, "{lr}"], files: [lib/*.py]}
params: {lr: 0.1, config: base.yaml}
primary: val/accuracy
seeds: 1
ablations:
  lr: {design: one-factor, factors: {params.lr: [0.2]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    (folder / "lib").mkdir(parents=True)
    for name in ("train.py", "lib/net.py", "base.yaml", "other.yaml"):
        (folder / name).write_text(f"# {name}")
    (folder / "study.yaml").write_text(STUDY)
    return folder


def identities(folder: Path) -> list[str]:
    study = Study(folder / "study.yaml", store=folder / "mlruns")
    return list(study.identities.values())


def rewritten(folder: Path, old: str, new: str) -> list[str]:
    text = STUDY.replace(old, new)
    assert text != STUDY
    (folder / "study.yaml").write_text(text)
    return identities(folder)


def test_every_trial_has_an_identity_of_its_own(folder: Path) -> None:
    assert len(set(identities(folder))) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("config: base.yaml", "config: another.yaml"),
        ('"{lr}"]', '"{lr}", --fast]'),
        ("command, run: [python, train.py,", "command, run: [sh, train.py,"),
        ("files: [lib/*.py]", "files: [lib/*.py, other.yaml]"),
        ('"{lr}"]', '"{lr}", "{config}"]'),
    ],
)
def test_what_can_change_a_result_changes_it(folder: Path, old: str, new: str) -> None:
    before = identities(folder)
    assert not set(before) & set(rewritten(folder, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("study: demo", "study: another  # with a comment"),
        ("files: [lib/*.py]", "files: [lib/net.py, train.py]"),
        ("files: [lib/*.py]", "files: [lib], epochs: 3, timeout_s: 60"),
        ("primary: val/accuracy", "primary: {metric: test/dice, direction: min}"),
    ],
)
def test_what_cannot_does_not(folder: Path, old: str, new: str) -> None:
    before = identities(folder)
    assert rewritten(folder, old, new) == before


@pytest.mark.parametrize("name", ["train.py", "lib/net.py"])
def test_the_bytes_of_the_code_count(folder: Path, name: str) -> None:
    before = identities(folder)
    (folder / name).write_text("changed")
    assert not set(before) & set(identities(folder))


def test_the_bytes_of_a_file_that_a_param_names_count_for_its_rows_alone(folder: Path) -> None:
    words = STUDY.replace('"{lr}"]', '"{config}"]').replace(
        "params.lr: [0.2]", "params.config: [other.yaml]"
    )
    (folder / "study.yaml").write_text(words)
    before = identities(folder)
    (folder / "other.yaml").write_text("changed")
    after = identities(folder)
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False]


def test_where_the_study_lies_and_what_lies_beside_it_do_not_count(folder: Path) -> None:
    before = identities(folder)
    (folder / "notes.txt").touch()
    (folder / "lib" / "__pycache__").mkdir()
    (folder / "lib" / "__pycache__" / "net.py").touch()
    moved = folder.parent / "moved"
    shutil.move(folder, moved)
    assert identities(moved) == before


def test_the_names_of_the_files_count(folder: Path) -> None:
    before = identities(folder)
    (folder / "lib" / "net.py").rename(folder / "lib" / "other.py")
    assert not set(before) & set(identities(folder))
