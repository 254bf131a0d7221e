"""Searching, tuning and ending rows early, from the study file to the table."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import ablate
from ablate.results import Status

from .conftest import Workplace
from .fast import fast_study
from .test_running import wait_for_an_epoch

SEARCH = """\
  tuned:
    design: search
    sampler: {name: SAMPLER, startup_trials: 4}
    pruner: PRUNER
    budget: {trials: 12}
    space:
      params.lr: {low: 1e-4, high: 1.0, log: true}
      params.depth: {low: 1, high: 6}
  next:
    design: one-factor
    start_from: tuned
    factors: {params.depth: [2, 5]}
"""


def searching(folder: Path, sampler: str = "tpe", pruner: str = "hyperband") -> Workplace:
    text = SEARCH.replace("SAMPLER", sampler).replace("PRUNER", pruner)
    return fast_study(folder, text.replace("{name: random, startup_trials: 4}", "random"))


def opened(place: Workplace) -> ablate.Study:
    return ablate.Study(place.study, store=place.store)


def test_a_search_finds_a_better_row_and_others_start_from_it(tmp_path: Path) -> None:
    place = searching(tmp_path)
    done = place.ablate("run", "study.yaml")
    study = opened(place)
    (result,) = study.searches().values()
    assert result.finished
    assert [point.number for point in result.points] == list(range(12))
    assert {point.status for point in result.points} == {Status.FINISHED, Status.PRUNED}
    assert result.best is not None
    assert result.best.value == max(p.value for p in result.points if p.value is not None)
    found = next(c for c in study.plan.conditions.values() if c.name == "tuned: best found")
    assert found.changes == dict(result.best.params)
    start = study.plan.ablations[1].rows[0]
    assert start.condition == found.key
    assert {item.seed for item in study.results() if item.condition == found.key} == {0, 1}
    assert "12 of 12" in done.stdout
    again = place.ablate("run", "study.yaml")
    assert again.stdout == done.stdout
    assert "trained" not in again.stderr


def test_pruned_configurations_stop_where_they_were_judged(tmp_path: Path) -> None:
    place = searching(tmp_path, "random", "successive_halving")
    place.ablate("run", "study.yaml", "--jobs", "1")
    (result,) = opened(place).searches().values()
    pruned = [point for point in result.points if point.status is Status.PRUNED]
    assert pruned
    for point in pruned:
        judged = re.search(r"after epoch (\d) of 4", point.reason)
        assert judged is not None
        assert [epoch for epoch, _ in point.curve] == list(range(1, int(judged[1]) + 1))
        assert point.value is None


@pytest.mark.parametrize(
    "sampler", ["tpe", *(pytest.param(name, marks=pytest.mark.long) for name in ("random", "qmc"))]
)
def test_a_killed_search_goes_on_as_if_it_had_not_been(tmp_path: Path, sampler: str) -> None:
    slow = ("--jobs", "1", "--set", "params.epoch_s=0.03")
    folders = [tmp_path / name for name in ("whole", "killed")]
    for folder in folders:
        folder.mkdir()
    whole, killed = (searching(folder, sampler) for folder in folders)
    if sampler == "qmc":
        for place in (whole, killed):
            text = place.study.read_text().replace("{name: qmc, startup_trials: 4}", "qmc")
            place.study.write_text(text)
    expected = whole.ablate("run", "study.yaml", *slow).stdout
    for _ in range(3):
        process = subprocess.Popen(
            killed.command("run", "study.yaml", *slow),
            cwd=killed.folder,
            env=killed.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_an_epoch(killed)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert killed.ablate("run", "study.yaml", *slow).stdout == expected


def test_a_larger_budget_goes_on_where_the_smaller_one_ended(tmp_path: Path) -> None:
    place = searching(tmp_path, "random", "median")
    place.ablate("run", "study.yaml", "--jobs", "1")
    (before,) = opened(place).searches().values()
    place.study.write_text(place.study.read_text().replace("trials: 12", "trials: 14"))
    assert not opened(place).is_done()
    place.ablate("run", "study.yaml", "--jobs", "1")
    (after,) = opened(place).searches().values()
    assert len(after.points) == 14
    assert after.points[:12] == before.points


def test_seeds_of_a_configuration_are_compared(tmp_path: Path) -> None:
    place = searching(tmp_path, "random", "wilcoxon")
    text = place.study.read_text().replace("pruner: wilcoxon", "pruner: wilcoxon\n    seeds: 3")
    place.study.write_text(text.replace("seeds: 2", "seeds: 4"))
    place.ablate("run", "study.yaml", "--jobs", "1")
    (result,) = opened(place).searches().values()
    assert len(result.points) == 12
    finished = [point for point in result.points if point.status is Status.FINISHED]
    assert {len(point.run_ids) for point in finished} == {3}


def test_every_row_is_tuned_with_the_same_budget(tmp_path: Path) -> None:
    place = fast_study(
        tmp_path,
        """\
  components:
    design: cumulative
    rows:
      Deeper: {params.depth: 2}
      Deepest: {params.depth: 3}
    tune:
      budget: {trials: 5}
      space: {params.lr: {low: 1e-4, high: 1.0, log: true}}
""",
    )
    done = place.ablate("run", "study.yaml")
    study = opened(place)
    searches = study.searches()
    assert [len(result.points) for result in searches.values()] == [5, 5, 5]
    assert [row.label for row in study.plan.ablations[0].rows] == ["baseline", "Deeper", "Deepest"]
    counts = Counter(item.condition for item in study.results())
    assert set(counts.values()) == {2}
    assert "5 configurations of params.lr" in done.stdout
    for row, result in zip(study.plan.ablations[0].rows, searches.values(), strict=True):
        assert result.best is not None
        config = study.plan.conditions[row.condition].config.script
        assert config is not None
        assert config.params["lr"] == result.best.params["params.lr"]


def test_rows_that_fall_behind_end_early_and_the_baseline_never(tmp_path: Path) -> None:
    place = fast_study(
        tmp_path,
        """\
  rates:
    design: one-factor
    prune: {name: median, startup_trials: 1}
    factors: {params.lr: [1e-2, 1e-4, 1e-5]}
""",
    )
    done = place.ablate("run", "study.yaml", "--jobs", "1")
    study = opened(place)
    names = {c.key: c.name for c in study.plan.conditions.values()}
    ends = {(names[item.condition], item.seed): item.status for item in study.results()}
    assert ends["baseline", 0] is ends["baseline", 1] is Status.FINISHED
    assert ends["lr=0.01", 0] is ends["lr=0.01", 1] is Status.FINISHED
    assert ends["lr=1e-5", 0] is Status.PRUNED
    assert ("lr=1e-5", 1) not in ends
    assert "pruned" in done.stdout
    assert "trained" not in place.ablate("run", "study.yaml").stderr
    unpruned = place.study.read_text().replace("    prune: {name: median, startup_trials: 1}\n", "")
    place.study.write_text(unpruned)
    place.ablate("run", "study.yaml")
    assert {item.status for item in opened(place).results()} == {Status.FINISHED}
    assert len(opened(place).results()) == 8


@pytest.mark.parametrize("rows_first", [False, True])
def test_what_a_search_proposes_again_counts_each_time(tmp_path: Path, rows_first: bool) -> None:
    """Proposals that equal a row, or an earlier proposal, train nothing and are recorded."""
    place = fast_study(
        tmp_path,
        """\
  rows:
    design: one-factor
    factors: {params.depth: [2, 3]}
  tuned:
    design: search
    sampler: random
    budget: {trials: 7}
    space: {params.depth: [2, 3, 4]}
""",
    )
    if rows_first:
        place.ablate("run", "study.yaml", "--jobs", "1", "--only", "rows")
    done = place.ablate("run", "study.yaml", "--jobs", "1")
    assert "7 of 7 tried: 7 finished" in done.stdout
    (result,) = opened(place).searches().values()
    runs = {run for point in result.points for run in point.run_ids}
    assert len(runs) == len({tuple(point.params.items()) for point in result.points})
    assert place.ablate("run", "study.yaml", "--jobs", "1").stdout == done.stdout
