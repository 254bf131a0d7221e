from __future__ import annotations

from ablate.progress.logs import MOST_LINES, LogTail, last_lines, visible


def append(path, text):
    with path.open("a") as stream:
        stream.write(text)


def test_only_what_was_added_is_read_and_half_a_line_waits(tmp_path):
    path = tmp_path / "log.txt"
    tail = LogTail(path)
    assert tail.new() == []
    append(path, "first\n\nsec")
    assert tail.new() == ["first"]
    assert tail.new() == []
    append(path, "ond\nlast")
    assert tail.new() == ["second"]
    assert tail.new(ended=True) == ["last"]
    assert tail.new(ended=True) == []


def test_a_flood_is_cut_to_its_last_lines(tmp_path):
    path = tmp_path / "log.txt"
    tail = LogTail(path)
    append(path, "".join(f"line {n}\n" for n in range(100_000)))
    lines = tail.new()
    assert lines[0] == "..."
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "line 99999"
    assert tail.new() == []


def test_the_log_of_a_new_attempt_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "log.txt"
    append(path, "a long line of the first attempt\n")
    tail = LogTail(path)
    tail.new()
    kept = path.rename(tmp_path / "old")  # so that its number is not used again
    append(path, "again\n")
    assert tail.new() == ["again"]
    assert kept.exists()


def test_a_log_whose_middle_was_cut_out_goes_on_at_its_end(tmp_path):
    path = tmp_path / "log.txt"
    append(path, "x" * 1000 + "\n")
    tail = LogTail(path)
    tail.new()
    with path.open("r+") as stream:
        stream.truncate(100)
    assert tail.new() == []
    append(path, "\nnew\n")
    assert tail.new() == ["new"]


def test_colours_bars_and_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "log.txt"
    path.write_bytes(b"\xff\xfe\x1b[31mred\x1b[0m\r\n 1 %\r 2 %\n\x07bell\n")
    red, bar, bell = LogTail(path).new()
    assert red.endswith("red")
    assert "\x1b" not in red
    assert (bar, bell) == (" 2 %", "bell")


def test_the_last_lines_of_a_text():
    assert last_lines("a\n\nb\n   \nc\n", 2) == ["b", "c"]
    assert last_lines("", 3) == []
    assert visible("tab\there") == "tab here"
