"""Neither the number of workers nor the hash seed, the locale or the time zone changes a byte of a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from .small_study import STUDY, SmallStudy

HERE = {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"}
THERE = {"PYTHONHASHSEED": "4321", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "LANG": "tr_TR"}


@pytest.mark.parametrize(("jobs", "environment"), [("1", HERE), ("4", THERE)])
def test_the_table_is_the_same(
    jobs: str, environment: dict[str, str], study: SmallStudy, quiet_table: str
) -> None:
    assert study.run("--jobs", jobs, **environment) == quiet_table


@pytest.mark.parametrize("environment", [HERE, THERE])
def test_identities_are_the_same(environment: dict[str, str], tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    seeds = STUDY.replace("seeds: 2", "seeds: 1").replace("[1, 2, 3, 4, 5, 6]", "[1, 2]")
    one, other = SmallStudy(first, seeds), SmallStudy(second, seeds)
    one.run()
    other.run(**environment)
    assert one.runs() == other.runs()
