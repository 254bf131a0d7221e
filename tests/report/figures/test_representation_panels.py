from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ablate.report.figures.representation_panels import MOST_EPOCHS, read_panels

from .representation_files import write_representations


def test_a_panel_for_each_epoch_of_each_method(tmp_path: Path) -> None:
    found = read_panels(write_representations(tmp_path))
    assert set(found) == {"pca", "tsne"}
    first, last = found["pca"].panels
    assert (first.epoch, first.title) == (1, "epoch 1, accuracy 1.0 %")
    assert (last.epoch, last.title) == (30, "epoch 30, accuracy 30.0 %")
    assert last.caption == "5-NN 25.0 %, silhouette -0.12"
    assert last.axes == ("component 1 (50.0 % of variance)", "component 2 (25.0 % of variance)")
    assert found["tsne"].panels[1].axes == ("", "")
    assert last.points.shape == (40, 2)
    assert list(last.labels[:3]) == [0, 1, 0]


@pytest.mark.parametrize("basis", ["own", "shared"])
def test_only_shared_components_have_one_window(tmp_path: Path, basis: str) -> None:
    found = read_panels(write_representations(tmp_path, basis=basis))
    assert (found["pca"].window is not None) == (basis == "shared")
    assert ("in the components of epoch 30" in found["pca"].note) == (basis == "shared")
    assert found["tsne"].window is None
    assert found["tsne"].note.startswith("t-SNE of 64 features of 40 images of val; k-NN and")


def test_many_epochs_are_thinned_and_that_is_said(tmp_path: Path) -> None:
    found = read_panels(write_representations(tmp_path, epochs=tuple(range(1, 41))))["pca"]
    epochs = [panel.epoch for panel in found.panels]
    assert len(epochs) == MOST_EPOCHS
    assert (epochs[0], epochs[-1]) == (1, 40)
    assert found.note.endswith("; 9 of 40 epochs")


def test_too_many_classes_for_a_legend_are_told(tmp_path: Path) -> None:
    classes = tuple(f"class {number}" for number in range(200))
    found = read_panels(write_representations(tmp_path, classes=classes, images=400))
    assert "so many classes have no legend" in found["pca"].note


def test_a_folder_without_points_has_no_panels(tmp_path: Path) -> None:
    assert read_panels(tmp_path) == {}
    write_representations(tmp_path)
    (tmp_path / "points.npz").unlink()
    assert read_panels(tmp_path) == {}


def _other_arrays(path: Path) -> None:
    np.savez(path, mine=np.zeros(3))


def _other_shape(path: Path) -> None:
    with np.load(path) as file:
        arrays = {**file, "pca-0001": np.zeros((3, 2), np.float32)}
    np.savez(path, **arrays)


def _not_numbers(path: Path) -> None:
    with np.load(path) as file:
        arrays = {**file, "pca-0001": np.full((40, 2), np.nan, np.float32)}
    np.savez(path, **arrays)


def _an_object(path: Path) -> None:
    with np.load(path) as file:
        arrays = {**file, "pca-0001": np.array([print], dtype=object)}
    np.savez(path, **arrays)


def _text(path: Path) -> None:
    path.write_text("mine")


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGE = [_other_arrays, _other_shape, _not_numbers, _an_object, _text, _half, _empty]


@pytest.mark.parametrize("spoil", DAMAGE)
def test_damage_is_an_error_of_value(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(write_representations(tmp_path) / "points.npz")
    with pytest.raises(ValueError):  # noqa: PT011 - NumPy's own says what
        read_panels(tmp_path)
