from __future__ import annotations

import os

from ablate.events import EventWriter
from ablate.progress import ProgressState, ProgressWriter
from ablate.progress.folders import Sign, TrialFolders
from ablate.results import EpochMetrics

METRIC = "val/accuracy"


def epoch(folder, number, value):
    writer = EventWriter(folder / "events.jsonl")
    writer.write(EpochMetrics(number, number, {METRIC: value}))
    writer.close()


def at(folder, time_s):
    for file in folder.iterdir():
        os.utime(file, ns=(time_s * 10**9, time_s * 10**9))


def test_a_trial_that_has_not_begun_gives_no_sign(tmp_path):
    assert TrialFolders(tmp_path, METRIC).look(["a"]) == {"a": Sign()}


def test_the_last_position_metric_and_time(tmp_path):
    folders, folder = TrialFolders(tmp_path, METRIC), tmp_path / "a"
    folder.mkdir()
    ProgressWriter(folder / "progress").update(2, 4, 5, 10, 0.5)
    epoch(folder, 1, 0.7)
    at(folder, 100)
    assert folders.look(["a"])["a"] == Sign(ProgressState(2, 4, 5, 10, 0.5), 0.7, 100.0)
    epoch(folder, 2, 0.8)
    sign = folders.look(["a"])["a"]
    assert (sign.metric, sign.progress) == (0.8, ProgressState(2, 4, 5, 10, 0.5))
    assert sign.time_s > 100.0


def test_unchanged_files_are_not_read_again(tmp_path, monkeypatch):
    folders, folder = TrialFolders(tmp_path, METRIC), tmp_path / "a"
    folder.mkdir()
    epoch(folder, 1, 0.7)
    first = folders.look(["a"])
    monkeypatch.setattr("pathlib.Path.open", lambda *_: 1 / 0)
    assert folders.look(["a"]) == first


def test_a_damaged_file_and_a_removed_folder_change_nothing(tmp_path):
    folders, folder = TrialFolders(tmp_path, METRIC), tmp_path / "a"
    folder.mkdir()
    epoch(folder, 1, 0.7)
    with (folder / "events.jsonl").open("a") as stream:
        stream.write("no event\n")
    assert folders.look(["a"])["a"].metric == 0.7
    (folder / "events.jsonl").unlink()
    folder.rmdir()
    assert folders.look(["a"])["a"].metric == 0.7
    assert folders.look([]) == {}
