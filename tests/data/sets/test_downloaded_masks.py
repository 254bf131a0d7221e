"""The data sets with masks that torchvision downloads."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import torchvision.datasets

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.sets.voc import CLASSES
from ablate.errors import DataError
from ablate.testing.data_cases import data_options
from ablate.testing.mask_fakes import write_oxford_pet, write_voc

SETS = {"voc": ("VOCSegmentation", write_voc), "oxford-pet": ("OxfordIIITPet", write_oxford_pet)}


@pytest.fixture(params=sorted(SETS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _options(name: str) -> Any:
    return data_options(name=name, batch_size=2)


def test_they_are_downloaded_once(
    name: str, place: DataPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cls, write = SETS[name]
    calls: list[dict[str, Any]] = []

    def fetch(root: Path, **keys: Any) -> None:
        calls.append(keys)
        write(root)

    monkeypatch.setattr(torchvision.datasets, cls, fetch)
    there = DataPlace(place.roots, place.cache, tmp_path / "downloads")
    first = prepare(_options(name), there)
    with_downloads = DataPlace((*place.roots, tmp_path / "downloads"), place.cache, None)
    assert prepare(_options(name), with_downloads).fingerprint == first.fingerprint
    assert len(calls) == 1
    assert calls[0]["download"]


def test_a_failed_download_leaves_nothing_half_done(
    name: str, place: DataPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(root: Path, **_: Any) -> None:
        SETS[name][1](root)
        raise URLError("no route")

    monkeypatch.setattr(torchvision.datasets, SETS[name][0], fetch)
    there = DataPlace(place.roots, place.cache, tmp_path / "downloads")
    for _ in range(2):
        with pytest.raises(DataError, match=r"downloading to .* failed: .*no route.*yourself"):
            prepare(_options(name), there)
    assert not (tmp_path / "downloads" / name).exists()


def test_files_that_lists_name_and_are_not_there(name: str, root: Path, place: DataPlace) -> None:
    SETS[name][1](root)
    for file in sorted(root.rglob("*_*1.jpg")):
        file.unlink()
    with pytest.raises(DataError, match=r"images or masks that .* lists are not there:\n.*1\.jpg"):
        prepare(_options(name), place)


def test_pascal_voc_has_its_own_colours_and_void_borders(root: Path, place: DataPlace) -> None:
    write_voc(root)
    data = prepare(_options("voc"), place)
    palette = dict(zip(CLASSES, data.labels.palette, strict=True))
    assert palette["background"] == (0, 0, 0)
    assert palette["aeroplane"] == (128, 0, 0)
    assert palette["tvmonitor"] == (0, 64, 128)
    masks = data.splits["train"].masks
    assert masks is not None
    assert (masks.original(0)[:, 5] == 255).all()
    assert sorted(data.splits) == ["train", "val"]


def test_pets_have_ids_from_1(root: Path, place: DataPlace) -> None:
    write_oxford_pet(root)
    data = prepare(_options("oxford-pet"), place)
    assert data.classes == ("pet", "background", "border")
    masks = data.splits["test"].masks
    assert masks is not None
    assert masks.original(0)[0, [0, 8, 15]].tolist() == [0, 1, 2]
    assert sorted(data.splits) == ["test", "train", "val"]
