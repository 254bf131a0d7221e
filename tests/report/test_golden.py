"""Reports byte for byte. ``UPDATE_GOLDEN=1 pytest tests/report/test_golden.py`` writes them anew."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ablate.report import render_csv, study_report, study_tables
from ablate.results import ResultSet

from .cases import CASES

GOLDEN = Path(__file__).parent.parent / "golden" / "tables"


def documents(plan, results):
    return {
        "md": study_report(plan, results),
        "csv": render_csv(study_tables(plan, results)),
    }


@pytest.mark.parametrize("name", CASES)
def test_report_is_as_kept(name):
    for suffix, text in documents(*CASES[name]()).items():
        file = GOLDEN / f"{name}.{suffix}"
        if os.environ.get("UPDATE_GOLDEN") == "1":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        assert text.encode() == file.read_bytes()


def test_every_golden_file_belongs_to_a_case():
    assert {file.stem for file in GOLDEN.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_order_of_results_changes_nothing(name):
    plan, results = CASES[name]()
    backwards = ResultSet("basenet", results.trials[::-1])
    assert documents(plan, backwards) == documents(plan, results)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_hash_seed_and_locale_change_nothing(hash_seed):
    program = (
        "from tests.report.cases import CASES\n"
        "from ablate.report import study_report\n"
        "import sys\n"
        "for case in CASES.values():\n"
        "    sys.stdout.buffer.write(study_report(*case()).encode())\n"
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
    expected = "".join(study_report(*case()) for case in CASES.values())
    assert done.stdout == expected.encode()
