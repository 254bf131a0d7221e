from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ablate.files import write_json
from ablate.runner.pictures import draw_confusion, draw_probes, draw_representations
from ablate.spec.probe_record import ProbeRecord, Stage
from tests.report.figures.representation_files import write_representations


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """Those of a trial that kept one image after one epoch."""
    record = ProbeRecord(("x", "y"), ((9, 9, 9), (0, 90, 0)), ("a",), False, False)
    write_json(tmp_path / "probes" / "probes.json", record.with_stage(Stage(3, 5, {})).to_plain())
    (tmp_path / "probes" / "a").mkdir()
    pixels = np.random.default_rng(0).integers(0, 2, (20, 30), dtype=np.uint8)
    for name in ("image", "truth", "epoch-0003"):
        mask = Image.fromarray(pixels)
        mask.save(tmp_path / "probes" / "a" / f"{name}.png")
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_probes_become_a_grid_and_logged_images(artifacts: Path) -> None:
    before = files(artifacts)
    assert draw_probes(artifacts, "a trial") == {"mlflow.loggedImages": "True"}
    after = files(artifacts)
    added = after.keys() - before.keys()
    assert len([name for name in added if name.startswith("images/val~a+step+3+")]) == 2
    assert len([name for name in added if name.startswith("images/val~a+step+0+")]) == 2
    assert Image.open(io.BytesIO(after["probes/grid.png"])).size[0] > 100
    draw_probes(artifacts, "a trial")
    assert files(artifacts) == after


def test_a_trial_without_probes_gets_nothing(tmp_path: Path) -> None:
    assert draw_probes(tmp_path, "a trial") == {}
    assert files(tmp_path) == {}


def test_a_trial_that_ended_before_its_first_stage_gets_nothing(artifacts: Path) -> None:
    record = ProbeRecord(("x", "y"), ((9, 9, 9), (0, 90, 0)), ("a",), False, False)
    write_json(artifacts / "probes" / "probes.json", record.to_plain())
    assert draw_probes(artifacts, "a trial") == {}


def _no_record(folder: Path) -> None:
    (folder / "probes.json").write_text('{"mine": 1}')


def _no_picture(folder: Path) -> None:
    (folder / "a" / "truth.png").write_text("mine")


def _half_a_picture(folder: Path) -> None:
    picture = folder / "a" / "epoch-0003.png"
    picture.write_bytes(picture.read_bytes()[:50])


def _missing(folder: Path) -> None:
    (folder / "a" / "image.png").unlink()


@pytest.mark.parametrize("spoil", [_no_record, _no_picture, _half_a_picture, _missing])
def test_files_of_another_meaning_cost_the_pictures_only(
    artifacts: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    spoil(artifacts / "probes")
    before = files(artifacts)
    assert draw_probes(artifacts, "a trial") == {}
    assert files(artifacts) == before
    assert "the probes of a trial cannot be drawn" in caplog.text


@pytest.fixture
def represented(tmp_path: Path) -> Path:
    """Artifacts of a trial that kept representations after two epochs."""
    write_representations(tmp_path / "representations", epochs=(1, 3))
    return tmp_path


def test_representations_become_figures_and_logged_images(represented: Path) -> None:
    before = files(represented)
    assert draw_representations(represented, "a trial") == {"mlflow.loggedImages": "True"}
    after = files(represented)
    added = after.keys() - before.keys()
    for method in ("pca", "tsne"):
        assert Image.open(io.BytesIO(after[f"representations/{method}.png"])).size[0] > 500
        for epoch in (1, 3):
            name = f"images/representations~{method}+step+{epoch}+timestamp+{1000 * epoch}+"
            assert len([one for one in added if one.startswith(name)]) == 2
    assert len(added) == 2 + 2 * 2 * 2
    draw_representations(represented, "a trial")
    assert files(represented) == after


def test_a_trial_that_ended_before_its_points_gets_nothing(represented: Path) -> None:
    (represented / "representations" / "points.npz").unlink()
    assert draw_representations(represented, "a trial") == {}
    assert not (represented / "images").exists()


@pytest.mark.parametrize("file", ["points.npz", "representations.json"])
def test_representations_of_another_meaning_cost_the_figures_only(
    represented: Path, caplog: pytest.LogCaptureFixture, file: str
) -> None:
    (represented / "representations" / file).write_text("mine")
    before = files(represented)
    assert draw_representations(represented, "a trial") == {}
    assert files(represented) == before
    assert "the representations of a trial cannot be drawn" in caplog.text


@pytest.mark.parametrize("pixels", [True, False])
def test_a_confusion_matrix_is_drawn(tmp_path: Path, pixels: bool) -> None:
    source = {"source_classes": ["x", "y", "z"], "source_counts": [[10**9, 0], [0, 7], [0, 0]]}
    content = {"classes": ["x", "y"], "counts": [[10**9, 0], [0, 7]], **(source if pixels else {})}
    write_json(tmp_path / "confusion" / "val.json", content)
    draw_confusion(tmp_path, "val", "a trial")
    assert Image.open(tmp_path / "confusion" / "val.png").size[0] > 100


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        json.dumps({"classes": ["x"], "counts": [[1, 2]]}),
        json.dumps({"classes": [], "counts": []}),
        json.dumps({"classes": ["x"], "counts": "many"}),
    ],
)
def test_another_file_of_that_name_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "confusion").mkdir()
    (tmp_path / "confusion" / "val.json").write_text(content)
    draw_confusion(tmp_path, "val", "a trial")
    assert not (tmp_path / "confusion" / "val.png").exists()
