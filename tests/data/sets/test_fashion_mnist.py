from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ablate.data.download import Download
from ablate.data.place import DataPlace, Progress
from ablate.data.prepare import fingerprint, prepare
from ablate.data.sets import fashion_mnist
from ablate.errors import DataError
from ablate.testing.data_cases import data_options, write_fashion_mnist

OPTIONS = data_options(name="fashion-mnist", batch_size=8)


@pytest.mark.parametrize("folder", fashion_mnist.FOLDERS)
def test_found_in_each_of_its_folders(root: Path, place: DataPlace, folder: str) -> None:
    write_fashion_mnist(root)
    if folder != "FashionMNIST/raw":
        (root / folder).parent.mkdir(parents=True, exist_ok=True)
        (root / "FashionMNIST/raw").rename(root / folder)
        shutil.rmtree(root / "FashionMNIST")
    data = prepare(OPTIONS, place)
    assert data.classes[9] == "Ankle boot"
    assert str(data.shape) == "1 x 28 x 28"


def test_compression_does_not_change_the_fingerprint(root: Path, place: DataPlace) -> None:
    write_fashion_mnist(root)
    before = fingerprint(OPTIONS, place)
    for file in (root / "FashionMNIST/raw").iterdir():
        file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()), 1))
    assert fingerprint(OPTIONS, place) == before


def test_an_incomplete_folder_is_not_it(root: Path, place: DataPlace) -> None:
    write_fashion_mnist(root)
    (root / "FashionMNIST/raw/t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz were not found"):
        prepare(OPTIONS, place)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"no gzip", "is damaged"),
        (gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x63abc", mtime=0), "not an IDX file"),
        (gzip.compress(b"\x00\x00\x0d\x01\x00\x00\x00\x00", mtime=0), "not an IDX file"),
        (gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x02\x01\x02", mtime=0), "do not fit"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-5], "is damaged"),
    ],
)
def test_a_damaged_file_is_named(
    root: Path, place: DataPlace, content: bytes, message: str
) -> None:
    write_fashion_mnist(root)
    (root / "FashionMNIST/raw/train-labels-idx1-ubyte.gz").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        prepare(OPTIONS, place)
    assert "train-" in str(caught.value)


def test_downloaded_where_that_is_allowed(
    root: Path, place: DataPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Download] = []

    def write(files: Sequence[Download], folder: Path, progress: Progress | None) -> None:
        asked.extend(files)
        write_fashion_mnist(tmp_path / "network")
        shutil.copytree(tmp_path / "network/FashionMNIST/raw", folder)

    monkeypatch.setattr(fashion_mnist, "download", write)
    allowed = replace(place, downloads=tmp_path / "downloads")
    assert len(prepare(OPTIONS, allowed).splits["test"]) == 20
    assert len(asked) == 4


def test_the_checksums_are_those_of_the_official_files(data_root: Path) -> None:
    folder = data_root / "fashion-mnist/FashionMNIST/raw"
    for file in fashion_mnist.FILES:
        content = (folder / file.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
