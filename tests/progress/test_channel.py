from __future__ import annotations

from ablate.progress import ProgressState, ProgressWriter, read_progress


def test_the_last_position_is_read_and_nothing_before_the_first(tmp_path):
    path = tmp_path / "progress"
    assert read_progress(path) is None
    writer = ProgressWriter(path)
    assert read_progress(path) is None
    writer.update(1, 20, 5, 844, 2.25)
    writer.update(2, 20, 7, 844, 0.5)
    assert read_progress(path) == ProgressState(2, 20, 7, 844, 0.5)
    writer.close()


def test_a_file_of_another_make_is_no_position(tmp_path):
    path = tmp_path / "progress"
    path.write_text("epoch 1")
    assert read_progress(path) is None


def test_the_fraction_is_that_of_the_whole_training():
    assert ProgressState(1, 2, 0, 10, 0.0).fraction == 0
    assert ProgressState(2, 2, 10, 10, 0.0).fraction == 1
    assert ProgressState(2, 4, 0, 0, 0.0).fraction == 0.25
    assert ProgressState(0, 0, 0, 0, 0.0).fraction == 0
