from __future__ import annotations

from pathlib import Path

import pytest

from ablate.record.delivery.ledger import Entry, Ledger


def test_what_is_written_is_read(tmp_path: Path) -> None:
    ledger = Ledger("1@5", "hash").knowing("a", Entry("r", "d", 3, "p", "f"))
    ledger = ledger.knowing("b", Entry("s", deleted=True))
    ledger.write(tmp_path / "x" / "ledger.json")
    assert Ledger.read(tmp_path / "x" / "ledger.json") == ledger


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"format": 2}', '{"format": 1, "experiment": "", "runs": 3}']
)
def test_a_damaged_one_is_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "ledger.json").write_text(text)
    assert Ledger.read(tmp_path / "ledger.json") == Ledger()


def test_none_is_empty(tmp_path: Path) -> None:
    assert Ledger.read(tmp_path / "none.json") == Ledger()
