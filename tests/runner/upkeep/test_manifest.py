from __future__ import annotations

from pathlib import Path

import pytest

from ablate.record.card import TrialCard
from ablate.runner.upkeep.manifest import Entry, read_manifest, write_manifest

CARD = TrialCard("i" * 32, "c" * 32, 3, "a, seed 3", config_yaml="token: hf_abc\n")


def test_every_file_is_listed_and_links_are_not(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_bytes(b"abc")
    (tmp_path / "secret").symlink_to("/etc/passwd")
    written = write_manifest(tmp_path, CARD)
    assert set(written.files) == {"deep/er/file", "config.yaml"}
    assert (
        written.files["deep/er/file"]
        == Entry.of_bytes(b"abc")
        == Entry.of(tmp_path / "deep" / "er" / "file")
    )
    assert read_manifest(tmp_path) == written
    assert write_manifest(tmp_path, CARD) == written


def test_the_configuration_is_listed_as_it_is_recorded(tmp_path: Path) -> None:
    files = write_manifest(tmp_path, CARD).files
    assert files["config.yaml"] == Entry.of_bytes(b"token: '[redacted]'\n")


def test_no_manifest_is_not_a_damaged_one(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"files": {"a": {"size": 1}}}', '{"files": 1}']
)
def test_a_damaged_one_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ValueError, match=r"manifest|Expecting"):
        read_manifest(tmp_path)


def test_what_a_kill_left_of_a_file_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / ".manifest.json.k3x_81ab.part").touch()
    assert "a.txt" in write_manifest(tmp_path, CARD).files
    assert not [name for name in write_manifest(tmp_path, CARD).files if name.endswith(".part")]
