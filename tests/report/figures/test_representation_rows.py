from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ablate.report.figures.representation_panels import read_panels
from ablate.report.figures.representation_rows import align, compare_rows

from .representation_files import write_representations


def test_a_panel_for_each_row_after_its_last_epoch(tmp_path: Path) -> None:
    rows = [("plain", write_representations(tmp_path / "a", epochs=(1, 30)))]
    rows.append(("with\nall", write_representations(tmp_path / "b", epochs=(1, 20), seed=1)))
    shown = compare_rows(rows, "pca")
    assert [panel.title for panel in shown.panels] == ["plain", "with all"]
    captions = [panel.caption.splitlines()[0] for panel in shown.panels]
    assert captions == ["epoch 30, accuracy 30.0 %", "epoch 20, accuracy 20.0 %"]
    own = read_panels(tmp_path / "b")["pca"].panels[1].points
    assert np.array_equal(shown.panels[1].points, own)
    assert {panel.epoch for panel in compare_rows(rows, "tsne", 1).panels} == {1}


@pytest.mark.parametrize("mirror", [1, -1])
def test_points_are_turned_back(mirror: int) -> None:
    generator = np.random.default_rng(0)
    reference = generator.normal(size=(30, 2)).astype(np.float32)
    angle = 2.1
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = (reference * [mirror, 1]) @ turn + [7, -3]
    assert np.allclose(align(moved.astype(np.float32), reference), reference, atol=1e-5)


def test_points_are_not_stretched() -> None:
    reference = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    found = align(3 * reference, reference)
    assert np.allclose(found.std(axis=0), 3 * reference.std(axis=0), rtol=1e-4)


def test_a_shared_basis_turns_the_rows_to_match_the_first(tmp_path: Path) -> None:
    rows = [
        (name, write_representations(tmp_path / name, basis="shared", seed=seed))
        for seed, name in enumerate(("first", "second"))
    ]
    shown = compare_rows(rows, "tsne")
    assert shown.note.endswith("turned to match first")
    points = [read_panels(folder)["tsne"].panels[-1].points for _, folder in rows]
    assert np.allclose(shown.panels[0].points, points[0], atol=1e-3)
    before, after = ((cloud - points[0]) ** 2 for cloud in (points[1], shown.panels[1].points))
    assert after.sum() < before.sum()


def test_rows_must_be_of_the_same_images(tmp_path: Path) -> None:
    rows = [("a", write_representations(tmp_path / "a"))]
    rows.append(("b", write_representations(tmp_path / "b", images=30)))
    with pytest.raises(ValueError, match="'b' kept other images than 'a'"):
        compare_rows(rows, "pca")


def test_what_was_not_kept_cannot_be_compared(tmp_path: Path) -> None:
    folder = write_representations(tmp_path / "a", methods=("pca",))
    with pytest.raises(ValueError, match="no points of tsne"):
        compare_rows([("a", folder)], "tsne")
    with pytest.raises(ValueError, match="nothing of epoch 7"):
        compare_rows([("a", folder)], "pca", 7)
    with pytest.raises(ValueError, match="no row"):
        compare_rows([], "pca")
