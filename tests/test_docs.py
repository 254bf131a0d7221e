"""Every YAML example of the documents is a valid study, or a valid part of one."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from ablate.plan.compile import compile_plan
from ablate.plugins import load
from ablate.spec.study import read_draft
from ablate.testing.data_cases import check_data_set, class_images, data_options

ROOT = Path(__file__).parents[1]
BASE = {
    "study": "example",
    "task": "classification",
    "data": {"name": "digits"},
    "model": {"name": "basenet", "kernel_size": 3, "padding": "same"},
    "optimizer": {"name": "adam", "lr": 0.001},
    "primary": "val/accuracy",
    "ablations": {"rates": {"design": "grid", "factors": {"optimizer.lr": [0.1]}}},
}


def examples() -> list[tuple[str, str]]:
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text[: match.start()].count("\n") + 1
            found.append((f"{path.name}:{line}", match.group(1)))
    return found


def python_files() -> dict[str, str]:
    """The Python examples that begin with their file's name, which stand beside the study."""
    found = {}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        blocks = re.finditer(r"^```python\n(# (\w+\.py)\n.*?)^```", text, re.MULTILINE | re.DOTALL)
        found.update({match.group(2): match.group(1) for match in blocks})
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in python_files().items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("place", "text"), examples())
def test_examples_compile(place: str, text: str, folder: Path) -> None:
    path = folder / "study.yaml"
    content = YAML(typ="safe").load(text)
    if "study" in content:
        path.write_text(text)
    else:
        with path.open("w") as stream:
            YAML(typ="safe").dump({**BASE, **content}, stream)
    plan = compile_plan(read_draft(path))
    assert len(plan.conditions) + len(plan.searches) > 1
    for profile in content.get("profiles", ()):
        compile_plan(read_draft(path, profile))


@pytest.mark.parametrize("path", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda p: p.name)
def test_shipped_studies_compile_with_every_profile(path: Path) -> None:
    draft = read_draft(path)
    compile_plan(draft)
    for profile in draft.profiles:
        compile_plan(read_draft(path, profile))


def test_the_documented_tests_of_plugins_pass(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    tests = runpy.run_path("test_my_members.py")
    found = [name for name in tests if name.startswith("test_")]
    assert len(found) == 3
    for name in found:
        tests[name]()


def test_the_documented_data_set_keeps_the_contract(folder: Path) -> None:
    root = folder / "root"
    root.mkdir()
    labels = np.arange(40) % 2
    np.savez(root / "arrays.npz", images=class_images(labels, 8, 1), labels=labels)
    with load(folder / "my_data.py"):
        options = data_options(name="arrays", path="arrays.npz", batch_size=4)
        check_data_set(options, root, folder / "scratch")
