"""A data set of a plugin: what is known of it without its code, and that its code counts when it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablate.data.place import DataPlace
from ablate.data.plugin_source import is_read_by_trials_only
from ablate.data.prepare import fingerprint, prepare
from ablate.errors import DataError
from ablate.plugins import load
from ablate.registry import table
from ablate.spec.plugins import read_plugins
from ablate.testing.data_cases import check_data_set

STRIPES = '''\
import numpy as np
from ablate.data import ImageClassification
from ablate.data.source import ArchiveSource, pixel_records
from ablate.plugins import register

@register("data set", "stripes")
class Stripes(ImageClassification):
    """Bars of noise. Licence: none needed, since it is drawn."""
    path: str
    noise: int = 50

    def source(self, place, progress=None):
        file = place.locate(self.name, self.path)
        return ArchiveSource(("low", "high"), (file,), "stripes 1", lambda: self.draw(file))

    def draw(self, file):
        rng = np.random.default_rng(int(file.read_text()))
        labels = np.arange(40) % 2
        images = rng.integers(0, self.noise, (40, 8, 8), np.uint8)
        images[labels == 1, :4] += 150
        return pixel_records("train", images, labels)
'''

HALVES = '''\
import numpy as np
from ablate.data import SemanticSegmentation
from ablate.data.mask_reading import IdMasks
from ablate.data.mask_source import MaskedSource
from ablate.data.source import ArchiveSource, Record
from ablate.plugins import register

@register("data set", "halves")
class Halves(SemanticSegmentation):
    """One half bright. Licence: none needed, since it is drawn."""

    def source(self, place, progress=None):
        images = ArchiveSource(("dark", "bright"), (), "halves 1", self.draw)
        return MaskedSource(images, IdMasks(((0, 0), (1, 1))))

    def draw(self):
        masks = [np.tile(np.arange(8) // 4 == number % 2, (8, 1)) for number in range(12)]
        return [
            Record("train", 0, f"{number}", mask * np.uint8(9 * number + 9), mask.astype(np.uint8))
            for number, mask in enumerate(masks)
        ]
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "seed.txt").write_text("7")
    (tmp_path / "stripes.py").write_text(STRIPES)
    (tmp_path / "masks.py").write_text(HALVES)
    return tmp_path


def place_of(folder: Path) -> DataPlace:
    return DataPlace((folder / "root",), folder / "cache", None)


def stand_in(folder: Path, **options: Any) -> Any:
    members = read_plugins(["stripes.py"], folder).members
    tree = {"name": "stripes", "path": "seed.txt", "batch_size": 4, **options}
    return members["data set", "stripes"].model_validate(tree)


def real(**options: Any) -> Any:
    tree = {"name": "stripes", "path": "seed.txt", "batch_size": 4, **options}
    return table("data set").get("stripes").model_validate(tree)


def test_the_fingerprint_follows_code_options_and_files(folder: Path) -> None:
    place = place_of(folder)
    first = fingerprint(stand_in(folder), place)
    assert fingerprint(stand_in(folder, batch_size=8), place) == first
    noisy = fingerprint(stand_in(folder, noise=60), place)
    (folder / "root" / "seed.txt").write_text("8")
    other_file = fingerprint(stand_in(folder), place)
    (folder / "stripes.py").write_text(STRIPES + "# changed\n")
    other_code = fingerprint(stand_in(folder), place)
    assert len({first, noisy, other_file, other_code}) == 4


def test_where_the_files_lie_does_not_count(folder: Path) -> None:
    first = fingerprint(stand_in(folder), place_of(folder))
    (folder / "root" / "seed.txt").rename(folder / "root" / "moved.txt")
    assert fingerprint(stand_in(folder, path="moved.txt"), place_of(folder)) == first


def test_missing_data_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"data set 'stripes': 'none.txt' was not found"):
        fingerprint(stand_in(folder, path="none.txt"), place_of(folder))


def test_its_code_is_not_needed_and_not_run(folder: Path) -> None:
    options = stand_in(folder)
    assert is_read_by_trials_only(options)
    with pytest.raises(DataError, match="read by a plugin, whose code only the trials"):
        prepare(options, place_of(folder))


def test_images_of_other_options_or_other_code_are_never_taken_for_these(folder: Path) -> None:
    place = place_of(folder)
    with load(folder / "stripes.py"):
        assert not is_read_by_trials_only(real())
        first, noisy = prepare(real(), place), prepare(real(noise=60), place)
    (folder / "stripes.py").write_text(STRIPES.replace("150", "100"))
    with load(folder / "stripes.py"):
        dimmer = prepare(real(), place)
    assert len({item.fingerprint for item in (first, noisy, dimmer)}) == 3
    assert (
        np.asarray(dimmer.splits["train"].images).max()
        < np.asarray(first.splits["train"].images).max()
    )


def test_it_keeps_the_contract_of_data_sets(folder: Path) -> None:
    with load(folder / "stripes.py"):
        check_data_set(real(), folder / "root", folder / "scratch")


def test_masks_of_other_code_are_never_taken_for_these(folder: Path) -> None:
    place = place_of(folder)
    tree = {"name": "halves", "batch_size": 4}
    with load(folder / "masks.py"):
        options = table("data set").get("halves").model_validate(tree)
        first = prepare(options, place)
        check_data_set(options, folder / "root", folder / "scratch")
    (folder / "masks.py").write_text(HALVES.replace("== number % 2", "!= number % 2"))
    with load(folder / "masks.py"):
        options = table("data set").get("halves").model_validate(tree)
        assert prepare(options, place).fingerprint != first.fingerprint
