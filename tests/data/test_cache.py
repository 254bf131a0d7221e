from __future__ import annotations

import errno
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablate.data import writing
from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.errors import DataError
from ablate.testing.data_cases import data_options, place_at, write_image_folder


@pytest.fixture
def prepared_once(root: Path, place: DataPlace) -> tuple[DataPlace, dict[str, np.ndarray]]:
    """A place whose cache is filled, and the images of each split."""
    write_image_folder(root)
    return place, _images(place)


def _images(place: DataPlace) -> dict[str, np.ndarray]:
    splits = prepare(data_options(name="image-folder", path="photos", batch_size=4), place).splits
    return {name: split.images[split.indices].copy() for name, split in splits.items()}


def _entry(place: DataPlace) -> Path:
    (folder,) = (path for path in (place.cache / "images").iterdir() if path.is_dir())
    return folder


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def _flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-5] ^= 0xFF
    file.write_bytes(content)


def _remove(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [_cut, _flip_a_byte, _remove])
@pytest.mark.parametrize("name", ["train-images.npy", "test-labels.npy", "train-sums.npy"])
def test_a_damaged_entry_is_made_again(prepared_once, damage: Callable, name: str) -> None:
    place, images = prepared_once
    damage(_entry(place) / name)
    again = _images(place)
    assert all(np.array_equal(images[split], again[split]) for split in images)


def test_a_torn_index_is_made_again(prepared_once) -> None:
    place, images = prepared_once
    _cut(_entry(place) / "index.json")
    assert np.array_equal(_images(place)["train"], images["train"])


def test_an_intact_entry_is_not_decoded_again(
    prepared_once, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, images = prepared_once
    monkeypatch.setattr(writing, "original", lambda *_: pytest.fail("decoded again"))
    assert np.array_equal(_images(place)["train"], images["train"])


def test_a_copied_entry_is_checked_once_and_kept(
    prepared_once, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, images = prepared_once
    for file in _entry(place).glob("*.npy"):
        os.utime(file, ns=(1, 1))
    monkeypatch.setattr(writing, "original", lambda *_: pytest.fail("decoded again"))
    assert np.array_equal(_images(place)["train"], images["train"])
    monkeypatch.setattr("ablate.data.cache.hash_file", lambda _: pytest.fail("hashed again"))
    assert np.array_equal(_images(place)["train"], images["train"])


def test_writing_to_the_images_does_not_reach_the_file(prepared_once) -> None:
    place, images = prepared_once
    split = prepare(data_options(name="image-folder", path="photos", batch_size=4), place).splits
    split["train"].images[:] = 0
    assert np.array_equal(_images(place)["train"], images["train"])


def test_a_full_disk_is_said_and_leaves_nothing(
    root: Path, place: DataPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write_image_folder(root)
    monkeypatch.setattr(writing, "flush", full)
    with pytest.raises(DataError, match=r"cannot write .*bytes free.*No space left.*ABLATE_CACHE"):
        _images(place)
    assert not [path for path in (place.cache / "images").iterdir() if path.is_dir()]
    monkeypatch.undo()
    assert len(_images(place)["train"])


def test_leftovers_of_a_killed_process_are_replaced(prepared_once) -> None:
    place, images = prepared_once
    entry = _entry(place)
    part = entry.rename(entry.with_name(entry.name + ".part"))
    (part / "train-images.npy").write_bytes(b"half")
    assert np.array_equal(_images(place)["train"], images["train"])
    assert not part.exists()


def _prepare_in_process(root: Path, cache: Path) -> None:
    assert _images(place_at(root, cache))["train"].shape == (21, 12, 12, 3)


def test_processes_that_prepare_at_once_all_succeed(root: Path, place: DataPlace) -> None:
    write_image_folder(root)
    context = multiprocessing.get_context("fork")
    arguments = (root, place.cache)
    processes = [context.Process(target=_prepare_in_process, args=arguments) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 4


def test_entries_of_other_sizes_stand_beside_each_other(prepared_once) -> None:
    place, _ = prepared_once
    smaller = data_options(name="image-folder", path="photos", batch_size=4, size=(6, 5))
    assert prepare(smaller, place).splits["train"].images.shape[1:] == (6, 5, 3)
    assert len([p for p in (place.cache / "images").iterdir() if p.is_dir()]) == 2


def test_one_passing_error_of_reading_is_forgiven(
    prepared_once: tuple[DataPlace, dict[str, np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, images = prepared_once
    errors = [OSError(errno.EIO, "Input/output error")]
    load = np.load

    def flaky(*arguments: Any, **options: Any) -> Any:
        if errors:
            raise errors.pop()
        return load(*arguments, **options)

    monkeypatch.setattr(np, "load", flaky)
    again = _images(place)
    assert errors == []
    assert all(np.array_equal(again[split], images[split]) for split in images)
