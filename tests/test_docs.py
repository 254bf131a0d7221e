"""Every YAML example of the documents is a valid study, or a valid part of one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ablate.plan.compile import compile_plan
from ablate.spec.study import read_draft

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


@pytest.mark.parametrize(("place", "text"), examples())
def test_examples_compile(place: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    content = YAML(typ="safe").load(text)
    if "study" in content:
        path.write_text(text)
    else:
        with path.open("w") as stream:
            YAML(typ="safe").dump({**BASE, **content}, stream)
    plan = compile_plan(read_draft(path))
    assert len(plan.conditions) > 1
    for profile in content.get("profiles", ()):
        compile_plan(read_draft(path, profile))


@pytest.mark.parametrize("path", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda p: p.name)
def test_shipped_studies_compile_with_every_profile(path: Path) -> None:
    draft = read_draft(path)
    compile_plan(draft)
    for profile in draft.profiles:
        compile_plan(read_draft(path, profile))
