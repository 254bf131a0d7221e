from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ablate.errors import RecordError
from ablate.record import database


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    path = tmp_path / "odd ?#% name.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE numbers (n INTEGER, text TEXT)")
    connection.executemany(
        "INSERT INTO numbers VALUES (?, ?)", [(n, "x" * 500) for n in range(500)]
    )
    connection.commit()
    connection.close()
    return path


def total(path: Path) -> int:
    with database.reading(path) as connection:
        return int(connection.execute("SELECT sum(n) FROM numbers").fetchone()[0])


def test_reading_cannot_write(numbers: Path) -> None:
    with pytest.raises(RecordError, match="readonly"), database.reading(numbers) as connection:
        connection.execute("DELETE FROM numbers")


def test_reading_sees_one_moment(numbers: Path) -> None:
    other = sqlite3.connect(numbers, timeout=0)
    with database.reading(numbers) as connection:
        before = connection.execute("SELECT count(*) FROM numbers").fetchone()
        other.execute("DELETE FROM numbers")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.commit()
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == before
    other.close()


def test_writing_is_all_or_nothing(numbers: Path) -> None:
    def change(value: int, *, fail: bool) -> None:
        with database.writing(numbers) as connection:
            connection.execute("UPDATE numbers SET n = ?", (value,))
            if fail:
                raise ZeroDivisionError

    before = total(numbers)
    with pytest.raises(ZeroDivisionError):
        change(0, fail=True)
    assert total(numbers) == before
    change(1, fail=False)
    assert total(numbers) == 500


KILLED = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE numbers SET n = 0, text = 'half done'")
print("writing", flush=True)
time.sleep(60)
"""


def test_a_killed_writer_leaves_the_state_before(numbers: Path) -> None:
    before = total(numbers)
    command = [sys.executable, "-c", KILLED, str(numbers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    journal = numbers.with_name(numbers.name + "-journal")
    assert journal.stat().st_size > 0
    assert total(numbers) == before


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    path.write_text("no database at all, but long enough to look like one" * 20)
    with pytest.raises(RecordError, match=r"mlflow\.db.*not a database.*restore it from a copy"):
        total(path)


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    for opened in (database.reading, database.writing):
        with (
            pytest.raises(RecordError, match="Check that the folder exists"),
            opened(tmp_path / "x"),
        ):
            pass
    assert not (tmp_path / "x").exists()


def test_a_lock_held_too_long_is_an_error(numbers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(numbers, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RecordError, match=r"locked\. Another program holds it"):
        total(numbers)
    holder.close()


def test_the_counter_changes_with_every_transaction_and_only_then(numbers: Path) -> None:
    seen = {database.change_counter(numbers)}
    total(numbers)
    assert seen == {database.change_counter(numbers)}
    for value in range(3):
        with database.writing(numbers) as connection:
            connection.execute("UPDATE numbers SET n = ? WHERE n < 10", (value,))
        seen.add(database.change_counter(numbers))
    assert len(seen) == 4
    with pytest.raises(RecordError, match="cannot read the record store"):
        database.change_counter(numbers.with_name("none"))
