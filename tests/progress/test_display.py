from __future__ import annotations

import io

import pytest
from rich.console import Console

from ablate.progress import ProgressState, make_display
from ablate.progress.live import LiveDisplay
from ablate.progress.plain import PlainDisplay
from ablate.results import Status


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def console(width: int, *, terminal: bool, height: int = 24) -> Console:
    return Console(
        file=io.StringIO(),
        width=width,
        height=height,
        force_terminal=terminal,
        color_system=None,
        legacy_windows=False,
        _environ={"TERM": "xterm"},
    )


def display_on(target: Console, clock: Clock, **options):
    defaults = {"total": 24, "already_done": 2, "slots": 2, "metric": "val/accuracy"}
    return make_display(target, clock=clock, **{**defaults, **options})


def written(target: Console) -> list[str]:
    assert isinstance(target.file, io.StringIO)
    return target.file.getvalue().splitlines()


def test_plain_lines_say_what_ended_and_how_long_it_takes_yet(clock):
    target = console(80, terminal=False)
    with display_on(target, clock) as display:
        assert isinstance(display, PlainDisplay)
        display.started("k1", "Batch norm, seed 0")
        display.started("k2", "[bold] channels, seed 1")
        clock.now_s += 12.3
        display.finished("k1", "Batch norm", 0.88123, 12.3)
        display.failed("k2", Status.FAILED, "out of memory", 12.3)
        display.started("k3", "Batch norm, seed 1")
        display.failed("k3", Status.INTERRUPTED, "stopped by SIGINT", 0.4)
    assert written(target) == [
        "[ 3/24] Batch norm, seed 0   val/accuracy 0.8812   12.3 s   ETA 2 min",
        "[ 4/24] [bold] channels, seed 1   FAILED: out of memory   12.3 s   ETA 2 min",
        "[ 4/24] Batch norm, seed 1   INTERRUPTED: stopped by SIGINT   0.4 s   ETA 2 min",
    ]


def test_the_last_line_has_no_eta(clock):
    target = console(80, terminal=False)
    with display_on(target, clock, total=1, already_done=0) as display:
        display.started("k", "a")
        display.finished("k", "a", None, 1.0)
    assert written(target) == ["[1/1] a   finished   1.0 s"]


def test_plain_lines_come_at_least_every_half_minute(clock):
    target = console(80, terminal=False)
    with display_on(target, clock) as display:
        for _ in range(3):
            clock.now_s += 10
            display.tick()
        display.started("k1", "a")
        display.moved("k1", ProgressState(3, 20, 0, 10, 0.5))
        for _ in range(59):
            clock.now_s += 1
            display.tick()
    assert written(target) == [
        "[ 2/24] starting   30.0 s elapsed   ETA unknown",
        "[ 2/24] a (epoch 3/20)   1 min 0 s elapsed   ETA 55 min",
    ]


def test_plain_lines_are_not_wrapped(clock):
    target = console(40, terminal=False)
    with display_on(target, clock) as display:
        display.started("k", "name " * 30)
        display.finished("k", "row", 0.5, 1.0)
    assert len(written(target)) == 1


def busy(display, clock: Clock, *, name: str = "First linear layer, seed 0") -> None:
    display.started("k0", "Batch norm, seed 0")
    clock.now_s += 12.0
    display.finished("k0", "Batch norm", 0.88123, 12.0)
    display.started("k1", name)
    display.started("k2", "Batch norm, seed 1")
    clock.now_s += 6.0
    display.moved("k1", ProgressState(3, 4, 422, 844, 0.41239), 0.871)


def drawn(display: LiveDisplay, width: int, height: int = 24) -> list[str]:
    target = console(width, terminal=True, height=height)
    target.print(display.board())
    return [line.rstrip() for line in written(target)]


def test_the_live_board(clock):
    display = display_on(console(120, terminal=True), clock)
    assert isinstance(display, LiveDisplay)
    busy(display, clock)
    first, second, study, summary, best = drawn(display, 120)
    assert first.startswith("First linear layer, seed 0 ")
    assert first.endswith("epoch 3/4  batch 422/844  loss 0.412  val/accuracy 0.8710")
    assert second.startswith("Batch norm, seed 1 ")
    assert second.endswith("starting")
    assert study.startswith("Study ")
    assert [line.count("━") for line in (first, study)] == [10, 2]
    assert summary == "3/24 done  18.0 s elapsed  ETA 2 min"
    assert best == "Best so far  Batch norm  val/accuracy 0.8812"


def test_the_board_says_what_failed_and_over_how_many_seeds_a_mean_goes(clock):
    display = display_on(console(120, terminal=True), clock)
    busy(display, clock)
    display.finished("k2", "Batch norm", 0.86, 6.0)
    display.failed("k1", Status.DIVERGED, "loss is NaN", 6.0)
    *_, summary, best = drawn(display, 120)
    assert summary.startswith("5/24 done  1 failed  ")
    assert best == "Best so far  Batch norm  val/accuracy 0.8706 (mean of 2 seeds)"


def test_nothing_is_said_to_run_before_it_does(clock):
    display = display_on(console(100, terminal=True), clock)
    study, summary = drawn(display, 100)
    assert study.endswith("preparing")
    assert summary == "2/24 done  0.0 s elapsed  ETA unknown"


@pytest.mark.parametrize("width", [1, 10, 40, 71, 72, 200])
@pytest.mark.parametrize("name", ["x" * 500, "名前 [red] seed\t0", ""])
def test_any_width_and_name_is_drawn_within_the_width(clock, width, name):
    display = display_on(console(width, terminal=True), clock)
    busy(display, clock, name=name)
    lines = drawn(display, width)
    assert len(lines) == 5
    assert all(Console().measure(line).maximum <= max(width, 12) for line in lines)


def test_a_narrow_board_keeps_names_and_bars(clock):
    display = display_on(console(40, terminal=True), clock)
    busy(display, clock)
    first, *_ = drawn(display, 40)
    assert first.startswith("First linear layer, seed")
    assert "━" in first
    assert "loss" not in first


def test_more_trials_than_lines_are_counted(clock):
    display = display_on(console(80, terminal=True), clock, slots=30)
    for index in range(30):
        display.started(str(index), f"trial {index}")
    lines = drawn(display, 80, height=12)
    assert "and 22 more" in lines
    assert len(lines) <= 12


def test_the_live_display_draws_in_place_and_leaves_failures_above(clock):
    target = console(100, terminal=True)
    with display_on(target, clock) as display:
        busy(display, clock)
        display.tick()
        display.failed("k2", Status.FAILED, "out of memory", 6.0)
        clock.now_s += 1.0
        display.tick()
    text = "\n".join(written(target))
    assert "Batch norm, seed 1   FAILED: out of memory   6.0 s" in text
    assert "epoch 3/4" in text
    assert "4/24 done  1 failed" in text


def test_frames_are_drawn_at_most_ten_times_a_second(clock):
    target = console(100, terminal=True)
    with display_on(target, clock) as display:
        for _ in range(100):
            clock.now_s += 0.01
            display.tick()
    frames = "\n".join(written(target)).count("2/24 done")
    assert 9 <= frames <= 13


TRACE = "".join(f"  frame {number}\n" for number in range(30)) + "RuntimeError: no memory\n"


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(("verbose", "count"), [(False, 8), (True, 20)])
def test_a_failure_shows_the_last_lines_of_its_log(clock, terminal, verbose, count):
    target = console(100, terminal=terminal)
    with display_on(target, clock, verbose=verbose) as display:
        display.started("k", "a, seed 0")
        display.failed("k", Status.FAILED, "no memory", 3.0, TRACE)
    lines = [line.rstrip() for line in written(target)]
    (place,) = [i for i, line in enumerate(lines) if "FAILED: no memory" in line]
    shown = lines[place + 1 : place + 1 + count]
    assert shown[-1] == "    RuntimeError: no memory"
    assert shown[0] == f"      frame {31 - count}"
    assert sum("frame" in line for line in lines) == count - 1


def test_an_interruption_shows_no_log(clock):
    target = console(100, terminal=False)
    with display_on(target, clock) as display:
        display.started("k", "a")
        display.failed("k", Status.INTERRUPTED, "stopped by SIGINT", 0.4, TRACE)
    assert len(written(target)) == 1


def test_pruned_trials_are_done_and_no_failures(clock):
    target = console(100, terminal=False)
    with display_on(target, clock) as display:
        display.started("k", "a, seed 0")
        display.failed("k", Status.PRUNED, "pruned by median after epoch 3 of 20", 3.0, TRACE)
    line = "[ 3/24] a, seed 0   pruned by median after epoch 3 of 20   3.0 s   ETA unknown"
    assert written(target) == [line]
    live = display_on(console(100, terminal=True), clock)
    live.started("k", "a")
    live.failed("k", Status.PRUNED, "pruned", 3.0)
    assert drawn(live, 100)[-1].startswith("3/24 done  1 pruned  0.0 s elapsed")


def test_the_number_of_trials_can_change(clock):
    live = display_on(console(100, terminal=True), clock)
    live.resized(20)
    assert drawn(live, 100)[-1].startswith("2/20 done")


@pytest.mark.parametrize("terminal", [True, False])
def test_verbose_shows_what_trials_print(clock, tmp_path, terminal):
    target = console(100, terminal=terminal)
    log = tmp_path / "log.txt"
    with display_on(target, clock, verbose=True) as display:
        display.started("k", "a, seed 0", log)
        log.write_text("hello [bold]\nunfin")
        clock.now_s += 1.0
        display.tick()
        log.write_text("hello [bold]\nunfinished")
        display.finished("k", "a", 0.5, 3.0)
        clock.now_s += 1.0
        display.tick()
    lines = [line.rstrip() for line in written(target)]
    said = [line.partition("a, seed 0 | ")[2] for line in lines if "a, seed 0 | " in line]
    assert said == ["hello [bold]", "unfinished"]


def test_logs_are_not_read_unless_asked_for(clock, tmp_path):
    target = console(100, terminal=False)
    log = tmp_path / "log.txt"
    log.write_text("hello\n")
    with display_on(target, clock) as display:
        display.started("k", "a", log)
        clock.now_s += 1.0
        display.tick()
    assert written(target) == []
