"""The gallery: every report whole, small, and of a study as it is now."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import ablate

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "docs" / "gallery"
REPORTS = sorted(page.parent for page in GALLERY.glob("*/report.md"))
PROFILES = runpy.run_path(str(GALLERY / "make.py"))["PROFILES"]
INDEX = (GALLERY / "README.md").read_text("utf-8")


def pictures(text: str) -> set[str]:
    found = re.findall(r"!\[(?:\\.|[^\]\\])*\]\(([^)]+)\)|src=\"([^\"]+)\"", text)
    return {one or other for one, other in found}


def test_the_index_names_every_report_and_shows_what_exists() -> None:
    named = set(re.findall(r"\]\((\w+)/report\.md\)", INDEX))
    assert named == {folder.name for folder in REPORTS}
    assert pictures(INDEX)
    assert all((GALLERY / name).is_file() for name in pictures(INDEX))


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_a_report_has_its_figures_and_no_other(folder: Path) -> None:
    shown = pictures((folder / "report.md").read_text("utf-8"))
    assert shown == {f"figures/{path.name}" for path in (folder / "figures").iterdir()}


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_a_report_is_of_the_study_as_it_is_now(folder: Path) -> None:
    study = ablate.Study(
        ROOT / "studies" / f"{folder.name}.yaml", profile=PROFILES.get(folder.name)
    )
    plan = study.plan
    text = (folder / "report.md").read_text("utf-8")
    assert text.startswith(f"# {plan.study}\n")
    for ablation in plan.ablations:
        assert f"## Results: {ablation.name}\n" in text
        assert ablation.description in text
        assert all(row.label in text.replace("\\", "") for row in ablation.rows)


def test_it_stays_small() -> None:
    assert sum(path.stat().st_size for path in GALLERY.rglob("*.*")) < 1e7
