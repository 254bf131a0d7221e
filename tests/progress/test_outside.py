from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from ablate.progress import ProgressState
from ablate.progress.folders import Sign
from ablate.progress.outside import OutsideBoard, OutsideTrial, OutsideView

NOW_S = 1000.0
VIEW = OutsideView(
    headline="basenet: 24 trials: 2 running, 12 finished, 1 failed, 9 not started",
    now_s=NOW_S,
    running=(
        OutsideTrial("Batch norm, seed 1", Sign(ProgressState(3, 4, 5, 10, 0.4123), 0.871, 998.0)),
        OutsideTrial("[red] deep, seed 0", Sign(ProgressState(1, 4, 0, 10, 2.3), None, 700.0)),
        OutsideTrial("new", Sign()),
    ),
    searches=(("search size", "12 of 40 tried"),),
    failures=("C, seed 0: failed: out of memory",),
    left_s=300.0,
)


def drawn(view, width=120, height=24):
    console = Console(
        record=True, file=io.StringIO(), width=width, height=height, color_system=None
    )
    console.print(OutsideBoard(view, "val/accuracy"))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_the_picture():
    head, first, second, third, search, failure, ending = drawn(VIEW)
    assert head == VIEW.headline
    assert first.startswith("Batch norm, seed 1 ")
    assert first.endswith("2 s ago")
    assert "epoch 3/4  batch 5/10  loss 0.412  val/accuracy 0.8710" in first
    assert first.count("━") == 6
    assert second.startswith("[red] deep, seed 0")
    assert second.endswith("silent 5 min")
    assert "starting" in third
    assert search == "search size  12 of 40 tried"
    assert failure == "C, seed 0: failed: out of memory"
    assert ending == "ETA 5 min   Ctrl-C leaves; the study goes on"


def test_a_complete_study_says_so():
    assert drawn(replace(VIEW, running=(), complete=True))[-1] == "complete"


@pytest.mark.parametrize("width", [12, 40, 71, 72, 200])
def test_it_fits_any_width(width):
    lines = drawn(VIEW, width)
    assert len(lines) == 7
    assert all(Console().measure(line).maximum <= width for line in lines)


def test_more_trials_than_lines_are_counted():
    lines = drawn(replace(VIEW, running=VIEW.running * 10), height=12)
    assert len(lines) <= 12
    assert "and 23 more" in lines


def test_the_line_of_a_log_holds_nothing_that_changes_all_the_time():
    later = replace(VIEW, now_s=2000.0, running=(), left_s=1.0)
    assert later.line == VIEW.line == f"{VIEW.headline}; search size: 12 of 40 tried"
