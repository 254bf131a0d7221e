from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.data.grouping import labels_of, own_labels, target_table
from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.errors import DataError
from ablate.spec.labels import Groups, grouped_labels
from ablate.spec.sections import IGNORE_INDEX
from ablate.testing.data_cases import data_options, write_flat_folder

CLASSES = tuple("abcdefgh")
TWO: dict[str, Groups] = {"two": {"early": ("0",), "late": ("1", "2")}}


@given(st.lists(st.integers(-1, 3), min_size=8, max_size=8), st.integers(0, 2**31))
def test_the_table_is_what_a_plain_loop_does(homes: list[int], seed: int) -> None:
    """``homes``: the group of each class, -1 for none."""
    groups = {
        f"group {group}": tuple(c for c, home in zip(CLASSES, homes, strict=True) if home == group)
        for group in sorted(set(homes) - {-1})
    }
    names = list(groups)
    labels = grouped_labels(CLASSES, groups)
    masks = np.random.default_rng(seed).integers(0, 256, (3, 4), np.uint8)
    found = target_table(labels)[masks]
    for value, target in zip(masks.flatten().tolist(), found.flatten().tolist(), strict=True):
        expected = IGNORE_INDEX
        if value < len(CLASSES) and homes[value] != -1:
            expected = names.index(f"group {homes[value]}")
        assert target == expected
    for label, home in enumerate(homes):
        own = own_labels(labels, np.array([label]))[0]
        assert own == (names.index(f"group {home}") if home != -1 else -1)


def test_every_mistake_is_said_at_once() -> None:
    options = data_options(
        name="flat-folder", path="x", classes={"one": ("a",), "two": ("bb", "c")}
    )
    spaces: dict[str, Groups] = {"coarse": {"x": ("d",), "y": ("hh",)}}
    with pytest.raises(DataError) as caught:
        labels_of(options, CLASSES, spaces)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "data.classes: group 'two': the data set has no class 'bb'" in lines[0]
    assert "label_spaces.coarse: group 'y': the data set has no class 'hh'" in lines[1]


def test_a_label_space_that_is_not_there() -> None:
    options = data_options(name="flat-folder", path="x", classes="coarze")
    with pytest.raises(DataError, match=r"no label space 'coarze'. Did you mean 'coarse'"):
        labels_of(options, CLASSES, {"coarse": {"x": ("a",), "y": ("b",)}})


def test_labels_are_merged_and_other_images_left_out(root: Path, place: DataPlace) -> None:
    write_flat_folder(root, 20)
    keys = {"name": "flat-folder", "path": "flat", "batch_size": 4}
    whole = prepare(data_options(**keys), place)
    merged = prepare(data_options(**keys, classes={"x": ("2",), "y": ("0",)}), place)
    assert merged.classes == ("x", "y")
    assert merged.fingerprint == whole.fingerprint
    for split, expected in (("train", [18, 18]), ("val", [2, 2])):
        assert merged.class_counts(split).tolist() == expected  # type: ignore[arg-type]
    train = merged.splits["train"]
    for row, label in zip(train.indices, train.labels, strict=True):
        bar = (2, 0)[label]  # each image's bright bar tells its label in the files
        assert (train.images[row, bar] == 255).all()


def test_a_label_space_may_be_that_of_the_network(root: Path, place: DataPlace) -> None:
    write_flat_folder(root, 20)
    keys = {"name": "flat-folder", "path": "flat", "batch_size": 4}
    fine = prepare(data_options(**keys), place, spaces=TWO)
    assert (fine.classes, fine.labels.spaces["two"].of_network) == (("0", "1", "2"), (0, 1, 1))
    coarse = prepare(data_options(**keys, classes="two"), place, spaces=TWO)
    assert coarse.classes == ("early", "late")
    assert coarse.class_counts("train").tolist() == [18, 36]


def test_a_split_without_an_image_of_a_kept_class(root: Path, place: DataPlace) -> None:
    write_flat_folder(root, 4)
    (root / "flat" / "train").mkdir()
    (root / "flat" / "test").mkdir()
    for file in sorted((root / "flat").glob("*.png")):
        file.rename(root / "flat" / "train" / file.name)
    (root / "flat" / "train" / "2_3.png").rename(root / "flat" / "test" / "2_3.png")
    options = data_options(
        name="flat-folder", path="flat", batch_size=4, classes={"x": ("0",), "y": ("1",)}
    )
    with pytest.raises(DataError, match="no image of the split 'test' is of a class that is kept"):
        prepare(options, place)
