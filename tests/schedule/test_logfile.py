from __future__ import annotations

from ablate.schedule.logfile import bound, last_lines


def test_a_short_log_stays_as_it_is(tmp_path):
    log = tmp_path / "log.txt"
    log.write_bytes(b"x" * 100)
    bound(log, limit_bytes=100)
    assert log.read_bytes() == b"x" * 100


def test_a_long_log_keeps_its_ends_though_it_is_open_elsewhere(tmp_path):
    log = tmp_path / "log.txt"
    with log.open("ab") as stream:
        stream.write(b"begin" + b"x" * 10_000 + b"end")
        stream.flush()
        bound(log, limit_bytes=4000)
        stream.write(b" and more")
    content = log.read_bytes()
    assert content.startswith(b"begin")
    assert content.endswith(b"end and more")
    assert b"the middle of this log was cut out" in content
    assert len(content) < 2200


def test_the_last_lines_of_any_bytes(tmp_path):
    log = tmp_path / "log.txt"
    assert last_lines(log) == ""
    bound(log)
    log.write_bytes(b"\n".join(b"%d" % i for i in range(100)) + b"\xff")
    assert last_lines(log, count=2) == "98\n99\N{REPLACEMENT CHARACTER}"
