"""Neither the number of workers nor the hash seed, the locale or the time zone changes a byte of a table."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .small_study import TRIALS, SmallStudy

HERE = {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"}
THERE = {"PYTHONHASHSEED": "4321", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "LANG": "tr_TR"}


@pytest.mark.parametrize(("jobs", "environment"), [("1", HERE), ("4", THERE)])
def test_the_table_is_the_same(
    jobs: str, environment: dict[str, str], study: SmallStudy, quiet_table: str
) -> None:
    assert study.run("--jobs", jobs, **environment) == quiet_table


def test_identities_are_the_same(study: SmallStudy) -> None:
    program = "import ablate; print(*ablate.Study('study.yaml').identities.values())"
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=study.folder,
            env=study.environment(environment),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for environment in (HERE, THERE)
    }
    assert len(found) == 1
    assert len(found.pop().split()) == TRIALS
