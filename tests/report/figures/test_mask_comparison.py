from __future__ import annotations

from pathlib import Path

import pytest

from ablate.report.figures.mask_comparison import (
    compare_masks,
    compared_masks,
    follow_image,
    followed_image,
    shared_images,
)
from ablate.report.figures.mask_rows import masks_alone

from .inspecting import outside, overlapping, words
from .probe_files import write_probes

LONG = "model.skip=[x4, x3], optimizer.lr=0.0001 and more of $x_1$ 模型"


def rows(tmp_path: Path, **second: object) -> list[tuple[str, Path]]:
    return [
        ("baseline", write_probes(tmp_path / "a")),
        (LONG, write_probes(tmp_path / "b", **second)),
    ]


def test_images_truth_and_then_each_row_after_its_last_epoch(tmp_path: Path) -> None:
    grid = compared_masks(rows(tmp_path, epochs=(1, 20)))
    captions = [row.caption for row in grid.rows]
    assert captions[:2] == ["image", "ground truth"]
    assert captions[2] == "baseline\nepoch 40\nmIoU 40.0 %"
    assert captions[3] == f"{LONG}\nepoch 20\nmIoU 20.0 %"
    assert grid.names == ("street 0", "street 1")
    assert [name for name, _ in grid.legend] == ["sky", "road", "void"]


def test_all_rows_after_one_epoch(tmp_path: Path) -> None:
    grid = compared_masks(rows(tmp_path, epochs=(1, 20)), 1)
    assert [row.caption.splitlines()[-2] for row in grid.rows[2:]] == ["epoch 1", "epoch 1"]


def test_rows_of_other_classes_have_a_truth_of_their_own(tmp_path: Path) -> None:
    grid = compared_masks(rows(tmp_path, classes=("far", "near")))
    captions = [row.caption.splitlines()[0] for row in grid.rows]
    truths = ["ground truth (4 classes)", "ground truth (2 classes)"]
    assert captions == ["image", truths[0], "baseline", truths[1], LONG]
    names = [name for name, _ in grid.legend]
    assert names[:2] == ["sky (4 classes)", "road (4 classes)"]
    assert names[2:] == ["far (2 classes)", "near (2 classes)", "void"]


def test_one_image_over_the_epochs_of_each_row(tmp_path: Path) -> None:
    grid = followed_image(rows(tmp_path, epochs=tuple(range(1, 10))), "street 1")
    assert grid.names == ("image", "ground truth")
    assert [len(row.pictures) for row in grid.rows] == [2, 2, 4]
    assert grid.rows[1].names == ("epoch 1, mIoU 1.0 %", "epoch 40, mIoU 40.0 %")
    assert [name.split(",")[0] for name in grid.rows[2].names] == [
        *("epoch 1", "epoch 4", "epoch 6", "epoch 9")
    ]


def test_what_is_drawn_is_inside_and_readable(tmp_path: Path) -> None:
    found = rows(tmp_path, epochs=(1, 2, 3))
    for drawn in (compare_masks(found), follow_image(found, "street 0")):
        assert outside(drawn) == []
        assert overlapping(drawn) == []
    assert "epoch 40, mIoU 40.0 %" in words(drawn)


def test_only_images_that_all_rows_have(tmp_path: Path) -> None:
    found = rows(tmp_path, images=1)
    assert shared_images(found) == ("street 0",)
    assert compared_masks(found).names == ("street 0",)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    found = rows(tmp_path)
    assert compare_masks(found).png() == compare_masks(found).png()


def test_what_was_not_kept_cannot_be_compared(tmp_path: Path) -> None:
    found = rows(tmp_path)
    with pytest.raises(ValueError, match="nothing of epoch 7"):
        compare_masks(found, 7)
    with pytest.raises(ValueError, match="no masks of 'street 5'"):
        follow_image(found, "street 5")
    with pytest.raises(ValueError, match="no row"):
        compare_masks([])
    with pytest.raises(ValueError, match="no pictures"):
        compare_masks([("empty", tmp_path)])


def test_masks_without_the_photographs(tmp_path: Path) -> None:
    found = rows(tmp_path, epochs=(1, 20))
    compared, followed = (
        masks_alone(grid) for grid in (compared_masks(found), followed_image(found, "street 1"))
    )
    assert [row.caption.splitlines()[0] for row in compared.rows] == [
        *("ground truth", "baseline", LONG)
    ]
    assert compared.names == ("street 0", "street 1")
    assert followed.names == ("ground truth",)
    assert [len(row.pictures) for row in followed.rows] == [1, 2, 2]
    assert not any(row.photographs for row in (*compared.rows, *followed.rows))
    for drawn in (
        compare_masks(found, photos=False),
        follow_image(found, "street 0", photos=False),
    ):
        assert outside(drawn) == []
        assert overlapping(drawn) == []
        assert "image" not in words(drawn)
