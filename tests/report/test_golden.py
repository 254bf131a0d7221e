"""Reports byte for byte. ``UPDATE_GOLDEN=1 pytest tests/report/test_golden.py`` writes them anew."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ablate.report import render_csv, study_report, study_tables
from ablate.results import ResultSet

from .cases import CASES
from .design_cases import DESIGN_CASES
from .property_cases import PROPERTY_CASES
from .search_cases import SEARCH_CASES, Kept
from .segmentation_cases import SEGMENTATION_CASES

GOLDEN = Path(__file__).parent.parent / "golden" / "tables"


KEPT = {**DESIGN_CASES, **PROPERTY_CASES, **SEARCH_CASES, **SEGMENTATION_CASES}
NAMES = [*CASES, *KEPT]


def kept(name):
    return KEPT[name]() if name in KEPT else Kept(*CASES[name]())


def documents(case):
    found = (case.plan, case.results, case.searches)
    options = {"layout": case.layout, "measured": case.measured}
    return {
        "md": study_report(*found, **options),
        "csv": render_csv(study_tables(*found, **options)),
    }


@pytest.mark.parametrize("name", NAMES)
def test_report_is_as_kept(name):
    for suffix, text in documents(kept(name)).items():
        file = GOLDEN / f"{name}.{suffix}"
        if os.environ.get("UPDATE_GOLDEN") == "1":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        assert text.encode() == file.read_bytes()


def test_every_golden_file_belongs_to_a_case():
    assert {file.stem for file in GOLDEN.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_results_changes_nothing(name):
    case = kept(name)
    backwards = ResultSet("basenet", case.results.trials[::-1])
    assert documents(replace(case, results=backwards)) == documents(case)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_hash_seed_and_locale_change_nothing(hash_seed):
    program = (
        "from tests.report.test_golden import NAMES, documents, kept\n"
        "import sys\n"
        "for name in NAMES:\n"
        "    sys.stdout.buffer.write(documents(kept(name))['md'].encode())\n"
    )
    root = Path(__file__).parents[2]
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=root, capture_output=True, check=True
    )
    expected = "".join(documents(kept(name))["md"] for name in NAMES)
    assert done.stdout == expected.encode()
