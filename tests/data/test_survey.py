from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ablate.data import survey as module
from ablate.data.sets.image_folder import class_folders
from ablate.data.survey import Survey, survey
from ablate.testing.data_cases import class_images, save_image


@pytest.fixture
def folder(root: Path) -> Path:
    for label, name in enumerate(("ant", "bee")):
        for number, pixels in enumerate(class_images(np.full(3, label), 8, 1)):
            save_image(root / "set" / name / f"{number}.png", pixels)
    return root / "set"


def _survey(folder: Path, cache: Path) -> Survey:
    return survey(class_folders("set", folder), cache)


def test_the_same_data_elsewhere_has_the_same_fingerprint(folder: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(folder, tmp_path / "moved"))
    assert _survey(folder, tmp_path / "a").fingerprint == _survey(moved, tmp_path / "b").fingerprint


def _another_pixel(folder: Path) -> None:
    save_image(folder / "ant/0.png", np.zeros((8, 8), np.uint8))


def _another_name(folder: Path) -> None:
    (folder / "ant/0.png").rename(folder / "ant/00.png")


def _another_label(folder: Path) -> None:
    (folder / "ant/0.png").rename(folder / "bee/9.png")


def _another_class_name(folder: Path) -> None:
    (folder / "ant").rename(folder / "anthill")


def _one_fewer(folder: Path) -> None:
    (folder / "bee/2.png").unlink()


@pytest.mark.parametrize(
    "change", [_another_pixel, _another_name, _another_label, _another_class_name, _one_fewer]
)
def test_whatever_changes_the_data_changes_the_fingerprint(
    folder: Path, tmp_path: Path, change
) -> None:
    before = _survey(folder, tmp_path / "cache").fingerprint
    change(folder)
    assert _survey(folder, tmp_path / "cache").fingerprint != before


def test_other_files_do_not_matter(folder: Path, tmp_path: Path) -> None:
    before = _survey(folder, tmp_path / "cache")
    (folder / "ant" / "notes.txt").write_text("x")
    (folder / ".DS_Store").write_text("x")
    (folder / "ant" / "._0.png").write_text("x")
    assert _survey(folder, tmp_path / "cache") == before


def test_unchanged_files_are_not_read_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _survey(folder, tmp_path / "cache")
    monkeypatch.setattr(module, "_look", lambda *_: pytest.fail("read again"))
    assert _survey(folder, tmp_path / "cache") == first


def test_a_torn_memory_is_made_again(folder: Path, tmp_path: Path) -> None:
    first = _survey(folder, tmp_path / "cache")
    (memo,) = (tmp_path / "cache" / "surveys").iterdir()
    memo.write_bytes(memo.read_bytes()[:20])
    assert _survey(folder, tmp_path / "cache") == first
    assert memo.stat().st_size > 20


def test_it_knows_sizes_channels_and_damage(folder: Path, tmp_path: Path) -> None:
    plain = _survey(folder, tmp_path / "cache")
    assert (plain.channels, len(plain.sizes), plain.damaged) == (1, 1, ())
    save_image(folder / "bee/1.png", np.zeros((4, 6, 3), np.uint8))
    (folder / "bee/2.png").write_bytes(b"")
    mixed = _survey(folder, tmp_path / "cache")
    assert mixed.channels == 3
    assert mixed.sizes == (
        (str(folder / "ant/0.png"), 8, 8),
        (str(folder / "bee/1.png"), 4, 6),
    )
    assert mixed.damaged == ((str(folder / "bee/2.png"), "not an image"),)
