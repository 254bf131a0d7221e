from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ablate.files import write_json
from ablate.report.figures.mask_rows import MOST_IMAGES, MOST_STAGES, read_grid
from ablate.spec.probe_record import ProbeRecord, Stage, read_record

from .probe_files import write_probes


def test_images_and_truth_come_before_the_stages(tmp_path: Path) -> None:
    grid = read_grid(write_probes(tmp_path))
    assert grid.names == ("street 0", "street 1")
    captions = [row.caption for row in grid.rows]
    assert captions == ["image", "ground truth", "epoch 1\nmIoU 1.0 %", "epoch 40\nmIoU 40.0 %"]
    assert [row.photographs for row in grid.rows] == [2, 0, 0, 0]
    truth, mask = grid.rows[1].pictures[0], grid.rows[2].pictures[0]
    assert [truth[0, 0].tolist(), mask[0, 0].tolist()] == [[0, 0, 0], [255, 0, 0]]
    assert mask[-1, -1].tolist() == truth[-1, -1].tolist() == [0, 255, 0]
    assert grid.note == ""


def test_the_legend_names_only_what_occurs(tmp_path: Path) -> None:
    grid = read_grid(write_probes(tmp_path))
    assert grid.legend == (("sky", (255, 0, 0)), ("road", (0, 255, 0)), ("void", (0, 0, 0)))


def test_too_many_stages_are_thinned_and_that_is_said(tmp_path: Path) -> None:
    epochs = tuple(range(1, 31))
    grid = read_grid(write_probes(tmp_path, images=11, epochs=epochs, size=(4, 4)))
    assert len(grid.names) == MOST_IMAGES
    assert (grid.names[0], grid.names[-1]) == ("street 0", "street 10")
    assert len(grid.rows) == 2 + MOST_STAGES
    assert grid.rows[2].caption.startswith("epoch 1\n")
    assert grid.rows[-1].caption.startswith("epoch 30\n")
    assert grid.note == "8 of 11 images, 10 of 30 epochs"


def test_a_stage_without_a_mean_iou_has_a_plain_caption(tmp_path: Path) -> None:
    write_probes(tmp_path)
    record = read_record(tmp_path)
    assert record is not None
    write_json(tmp_path / "probes.json", record.with_stage(Stage(40, 1, {})).to_plain())
    assert read_grid(tmp_path).rows[-1].caption == "epoch 40"


def test_a_folder_without_stages_has_no_grid(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no pictures"):
        read_grid(tmp_path)
    record = ProbeRecord(("x",), ((1, 2, 3),), ("a",), True, False)
    write_json(tmp_path / "probes.json", record.to_plain())
    with pytest.raises(ValueError, match="no pictures"):
        read_grid(tmp_path)


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.full((3, 3), 4, np.uint8), "beyond its 4 classes"),
        (np.zeros((3, 3, 3), np.uint8), "numbers"),
    ],
)
def test_pictures_of_something_else_are_refused(
    tmp_path: Path, pixels: np.ndarray, message: str
) -> None:
    write_probes(tmp_path)
    Image.fromarray(pixels).save(tmp_path / "street 0" / "truth.png")
    with pytest.raises(ValueError, match=message):
        read_grid(tmp_path)
