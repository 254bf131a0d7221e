from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint, prepare
from ablate.data.prepared import PreparedData
from ablate.errors import DataError
from ablate.spec.sections import DataOptions
from ablate.testing.data_cases import (
    class_images,
    data_options,
    save_image,
    write_fashion_mnist,
    write_flat_folder,
    write_image_folder,
)


def _flat(**keys: object) -> DataOptions:
    return data_options(**{"name": "flat-folder", "path": "flat", "batch_size": 4, **keys})


@pytest.fixture
def flat(root: Path) -> Path:
    """A flat folder of 3 classes of 20 grey images, 12 x 12."""
    write_flat_folder(root, 20)
    return root / "flat"


def _rows(data: PreparedData, split: str) -> list[int]:
    return data.splits[split].indices.tolist()  # type: ignore[index]


def test_val_is_carved_out_stratified(flat: Path, place: DataPlace) -> None:
    data = prepare(_flat(val_fraction=0.2), place)
    assert data.splits["train"].class_counts(3).tolist() == [16] * 3
    assert data.splits["val"].class_counts(3).tolist() == [4] * 3
    assert sorted(_rows(data, "train") + _rows(data, "val")) == list(range(60))
    assert data.splits["train"].images is data.splits["val"].images


def test_the_split_follows_its_own_seed_alone(flat: Path, place: DataPlace) -> None:
    first = _rows(prepare(_flat(), place), "val")
    assert _rows(prepare(_flat(batch_size=2, augment=("random_crop",)), place), "val") == first
    assert _rows(prepare(_flat(size=6), place), "val") == first
    assert _rows(prepare(_flat(split_seed=1), place), "val") != first


def test_an_official_test_split_is_only_ever_test(root: Path, place: DataPlace) -> None:
    data = prepare(data_options(**write_fashion_mnist(root), batch_size=8), place)
    sizes = {name: len(split) for name, split in data.splits.items()}
    assert sizes == {"train": 50, "val": 10, "test": 20}
    assert data.splits["test"].images is not data.splits["val"].images


def test_an_official_val_split_is_kept(root: Path, place: DataPlace) -> None:
    for split, label, number in (("train", 0, 4), ("train", 1, 4), ("val", 0, 1), ("val", 1, 2)):
        for index in range(number):
            save_image(root / "flat" / split / f"{label}_{index}.png", np.zeros((4, 4), np.uint8))
    data = prepare(_flat(), place)
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 8, "val": 3}


def test_every_class_is_in_val_however_small_the_share(flat: Path, place: DataPlace) -> None:
    data = prepare(_flat(val_fraction=0.001), place)
    assert data.splits["val"].class_counts(3).tolist() == [1, 1, 1]


@pytest.mark.parametrize(("size", "expected"), [(30, 30), (0.5, 27), (54, 54), (1.0, 54), (3, 3)])
def test_train_size_keeps_a_stratified_part(
    flat: Path, place: DataPlace, size: float, expected: int
) -> None:
    whole, part = prepare(_flat(), place), prepare(_flat(train_size=size, batch_size=2), place)
    counts = part.splits["train"].class_counts(3)
    assert counts.sum() == expected
    assert counts.max() - counts.min() <= 1
    assert set(_rows(part, "train")) <= set(_rows(whole, "train"))
    assert _rows(part, "val") == _rows(whole, "val")


@pytest.mark.parametrize("size", [2, 55, 0.01])
def test_an_impossible_train_size_names_the_limits(
    flat: Path, place: DataPlace, size: float
) -> None:
    with pytest.raises(DataError, match=r"train_size .* from 3 .* to 54"):
        prepare(_flat(train_size=size, batch_size=1), place)


def test_normalization_is_that_of_the_train_split(flat: Path, place: DataPlace) -> None:
    data = prepare(_flat(train_size=30), place)
    train = data.splits["train"]
    pixels = train.images[train.indices] / 255
    assert data.normalization.mean == pytest.approx([pixels.mean()])
    assert data.normalization.std == pytest.approx([pixels.std()])


def test_images_labels_and_order_are_those_of_the_files(flat: Path, place: DataPlace) -> None:
    data = prepare(_flat(), place)
    train = data.splits["train"]
    for row, label in zip(train.indices, train.labels, strict=True):
        image = train.images[row, :, :, 0]
        assert (image[label] == 255).all(), "the bright bar tells the label"
    assert train.images.shape == (60, 12, 12, 1)
    assert isinstance(train.images, np.memmap)


def test_one_coloured_image_makes_the_set_coloured(flat: Path, place: DataPlace) -> None:
    save_image(flat / "0_99.png", np.zeros((12, 12, 3), np.uint8))
    data = prepare(_flat(), place)
    assert data.shape.channels == 3
    images = data.splits["train"].images
    assert (images[1, :, :, 0] == images[1, :, :, 2]).all()


def test_resizing(flat: Path, place: DataPlace) -> None:
    assert str(prepare(_flat(size=6), place).shape) == "1 x 6 x 6"
    assert str(prepare(_flat(size=(4, 7)), place).shape) == "1 x 4 x 7"


def test_different_sizes_name_two_files_and_the_remedy(flat: Path, place: DataPlace) -> None:
    save_image(flat / "0_99.png", np.zeros((5, 9), np.uint8))
    with pytest.raises(DataError) as caught:
        prepare(_flat(), place)
    for part in ("0_0.png is 12 x 12", "0_99.png is 5 x 9", "data.size"):
        assert part in str(caught.value)
    assert prepare(_flat(size=12), place).splits["train"].images.shape[1:] == (12, 12, 1)


def test_all_damaged_images_are_named_at_once(flat: Path, place: DataPlace) -> None:
    for number in range(12):
        (flat / f"1_{number}.png").write_bytes(b"no image")
    whole = (flat / "2_3.png").read_bytes()
    (flat / "2_3.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError) as caught:
        prepare(_flat(), place)
    text = str(caught.value)
    assert text.startswith("13 images are damaged")
    assert text.count(".png") == 10
    assert "1_0.png: not an image" in text
    assert "and 3 more" in text


def test_a_cut_image_is_named(flat: Path, place: DataPlace) -> None:
    whole = (flat / "2_3.png").read_bytes()
    (flat / "2_3.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"1 image is damaged:\n.*2_3\.png: .*truncated"):
        prepare(_flat(), place)


def test_only_damaged_images(root: Path, place: DataPlace) -> None:
    (root / "flat").mkdir()
    for name in ("a_0.png", "b_0.png"):
        (root / "flat" / name).write_bytes(b"")
    with pytest.raises(DataError, match="2 images are damaged"):
        prepare(_flat(), place)


def test_one_class_is_an_error(root: Path, place: DataPlace) -> None:
    save_image(root / "flat" / "cat_0.png", np.zeros((4, 4), np.uint8))
    with pytest.raises(DataError, match="at least 2 classes, found 'cat'"):
        prepare(_flat(), place)


def test_a_class_of_one_image_cannot_be_stratified(flat: Path, place: DataPlace) -> None:
    save_image(flat / "7_0.png", np.zeros((12, 12), np.uint8))
    with pytest.raises(DataError, match=r"too few images .*'7' \(1\)"):
        prepare(_flat(), place)


def test_a_class_without_training_images_is_an_error(root: Path, place: DataPlace) -> None:
    for name in ("train/a_0", "train/b_0", "val/c_0"):
        save_image(root / "flat" / f"{name}.png", np.zeros((4, 4), np.uint8))
    with pytest.raises(DataError, match="no training image is of the class 'c'"):
        prepare(_flat(), place)


def test_a_batch_larger_than_the_training_split_names_both(flat: Path, place: DataPlace) -> None:
    with pytest.raises(DataError, match=r"batch_size 55 .* 54\s+images"):
        prepare(_flat(batch_size=55), place)
    assert prepare(_flat(batch_size=54), place)


def test_an_augmentation_that_cannot_work_is_an_error(flat: Path, place: DataPlace) -> None:
    augment = ({"concatenate": {"policies": ("random_crop", {"color_jitter": {"hue": 0.1}})}},)
    with pytest.raises(DataError, match=r"data\.augment: color_jitter's hue need.* RGB"):
        prepare(_flat(augment=augment), place)


def test_progress_is_reported(root: Path, place: DataPlace) -> None:
    write_image_folder(root)
    calls: list[tuple[str, int, int]] = []
    options = data_options(name="image-folder", path="photos", batch_size=4)
    prepare(options, place, lambda *call: calls.append(call))
    assert calls[0] == ("reading images", 0, 30)
    assert calls[-1] == ("decoding images", 30, 30)


def test_a_missing_folder_names_every_place(place: DataPlace, root: Path) -> None:
    for call in (prepare, fingerprint):
        with pytest.raises(DataError, match=str(root / "flat")):
            call(_flat(), place)


def test_an_unwritable_cache_names_the_remedy(flat: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = DataPlace((flat.parent,), tmp_path / "file", None)
    with pytest.raises(DataError, match="ABLATE_CACHE"):
        prepare(_flat(), place)


def test_other_options_are_not_data_sets(place: DataPlace) -> None:
    with pytest.raises(DataError, match="not a data set of images"):
        prepare(DataOptions(name="x"), place)


def test_formats_may_be_mixed(flat: Path, place: DataPlace) -> None:
    for number, pixels in enumerate(class_images(np.full(2, 1), 12, 1)):
        save_image(flat / f"1_{100 + number}.jpg", pixels)
    assert len(prepare(_flat(), place).splits["train"].images) == 62
