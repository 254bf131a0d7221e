"""A whole report, from the records of a study that trained, as a folder and in MLflow."""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import ablate
from ablate.cli import browsing
from ablate.cli.app import app
from ablate.runner.report import make_report
from tests.report.html_reader import read_html

from .conftest import Workplace

STUDY = """\
study: reported
description: Do wider networks pay?
task: classification
data: {name: digits, batch_size: 64, train_size: 300}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [12]}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 2}
primary: val/accuracy
seeds: 2
representations: {images: 60, methods: [pca]}
ablations:
  width: {design: grid, factors: {model.channels: [[8, 8]], model.batch_norm: [true]}}
"""
MASKS = """\
study: masked
task: segmentation
data: {name: shapes, side: 32, count: 24, batch_size: 8}
model: {name: vgg16_fcn, stride: 32, batch_norm: true, width: 0.03125}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 2}
primary: val/miou
seeds: 1
probes: {images: 2, epochs: [1, last]}
ablations:
  stride: {design: one-factor, factors: {model.stride: [16]}}
"""


def placed(folder: Path, text: str) -> Workplace:
    place = Workplace(folder)
    place.study.write_text(text)
    place.ablate("run", "study.yaml", "--jobs", "2")
    return place


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = placed(tmp_path_factory.mktemp("reported"), STUDY)
    place.ablate("report", "study.yaml")
    return place


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_report_has_every_section_and_figure(reported: Workplace) -> None:
    folder = reported.folder / "reports" / "reported"
    text = (folder / "report.md").read_text()
    for title in (
        "Setting",
        "Results: width",
        "Representations: width",
        "Cost",
        "Caveats",
        "Architectures",
        "Provenance",
    ):
        assert f"## {title}" in text or f"<summary>{title}</summary>" in text, title
    names = {path.name for path in (folder / "figures").glob("*.png")}
    wanted = {"differences", "curves", "parameters", "map", "pca", "pca-1", "confusion-1"}
    assert {f"width-{part}.png" for part in wanted} <= names
    assert all((folder / "figures" / name).with_suffix(".svg").exists() for name in names)
    assert "10 classes" in text
    assert "| conv1 " in text or "Conv2d" in text


def test_the_page_stands_alone(reported: Workplace) -> None:
    page = read_html((reported.folder / "reports/reported/report.html").read_text())
    assert len(page.all("table")) >= 5
    assert all(str(image.attributes["src"]).startswith("data:") for image in page.all("img"))


def test_the_same_records_give_the_same_bytes(reported: Workplace) -> None:
    reported.ablate("report", "study.yaml", "--out", "again", "--no-publish")
    assert files(reported.folder / "again") == files(reported.folder / "reports/reported")


def test_it_lies_in_mlflow_beside_the_tables(reported: Workplace) -> None:
    (page,) = (reported.store / "artifacts" / "reported").glob("*/artifacts/report/report.html")
    assert page.read_bytes() == (reported.folder / "reports/reported/report.html").read_bytes()
    assert (page.parent.parent / "table.md").exists()


def views(store: Path) -> dict[str, Any]:
    """Name to state of the saved views of the one study in a store."""
    connection = sqlite3.connect(store / "mlflow.db")
    query = "SELECT value FROM experiment_tags WHERE key LIKE 'mlflow.sharedViewState.%'"
    found = [json.loads(value) for (value,) in connection.execute(query)]
    connection.close()
    packed = {view["name"]: view["state"].removeprefix("deflate;") for view in found}
    return {name: json.loads(zlib.decompress(base64.b64decode(packed[name]))) for name in packed}


def test_mlflow_has_views_of_the_study(reported: Workplace) -> None:
    found = views(reported.store)
    assert list(found) == ["Table of conditions", "Curves"]
    table, curves = found.values()
    grouped = [key["groupByData"] for key in table["groupBy"]["groupByKeys"]]
    assert grouped == ["model.channels", "model.batch_norm"]
    shown = ["final/val/accuracy", "final/train/accuracy"]
    assert table["selectedColumns"] == [f"metrics.`{key}`" for key in shown]
    drawn = [chart["metricKey"] for chart in curves["compareRunCharts"]]
    assert drawn == ["val/accuracy", "train/accuracy", "train/loss", "val/loss"]


def test_the_ui_leads_to_the_report_first(
    reported: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[list[str]] = []
    opened: list[str] = []
    monkeypatch.setattr(browsing.os, "execve", lambda _, command, __: served.append(command))
    monkeypatch.setattr(browsing, "open_later", lambda link, *_: opened.append(link))
    command = ["ui", "--store", str(reported.store), "--open"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0
    assert len(served) == 1
    _, title, *lines = done.stdout.splitlines()
    pages = [line.strip().split("  ", 1) for line in lines]
    assert title == "reported"
    assert [word for word, _ in pages] == ["report", "conditions", "curves", "all runs"]
    links = [link.strip() for _, link in pages]
    assert opened == links[:1]
    assert "/artifacts/report/report.html?" in links[0]
    assert all(link.startswith("http://127.0.0.1:5000/#/experiments/1/runs") for link in links)


@pytest.mark.long
def test_what_an_earlier_report_left_is_removed(reported: Workplace) -> None:
    folder = reported.folder / "again-and-again"
    reported.ablate("report", "study.yaml", "--out", str(folder), "--no-publish")
    (folder / "figures" / "old.png").write_bytes(b"")
    reported.ablate("report", "study.yaml", "--out", str(folder), "--no-publish")
    assert not (folder / "figures" / "old.png").exists()


def test_a_folder_of_something_else_is_left_alone(reported: Workplace) -> None:
    folder = reported.folder / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    done = reported.ablate("report", "study.yaml", "--out", "mine", code=2)
    assert "mine holds something that is no report" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_nothing_recorded_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    place.study.write_text(STUDY)
    done = place.ablate("report", "study.yaml", code=4)
    assert "nothing is recorded of 'reported'" in done.stderr
    assert "'ablate run study.yaml' trains it" in done.stderr


def test_damaged_files_leave_their_picture_out(reported: Workplace) -> None:
    for file in (reported.store / "artifacts" / "reported").glob("*/artifacts/confusion/val.json"):
        file.write_text("{")
        break
    reported.ablate("report", "study.yaml", "--out", "damaged", "--no-publish")
    assert (reported.folder / "damaged" / "report.html").exists()
    content = json.loads((reported.folder / "damaged" / "tables.json").read_text())
    assert content


def test_masks_can_be_moved_through_the_epochs(tmp_path: Path) -> None:
    place = placed(tmp_path, MASKS)
    place.ablate("report", "study.yaml", "--no-publish")
    folder = tmp_path / "reports" / "masked"
    names = {path.name for path in (folder / "figures").glob("*.png")}
    assert {"stride-masks-1.png", "stride-masks-2.png"} <= names
    assert {"stride-image-1.png", "stride-image-2.png"} <= names
    page = (folder / "report.html").read_text()
    assert 'class="slider"' in page
    shown = views(place.store)["Predictions"]["compareRunCharts"]
    assert [(len(chart["imageKeys"]), chart["step"]) for chart in shown] == [(1, 2), (1, 2)]
    bare = make_report(ablate.Study(place.study, store=place.store), photos=False)
    changed = {name for name in bare if bare[name] != (folder / name).read_bytes()}
    pictures = {f"figures/stride-{part}-{n}.png" for part in ("masks", "image") for n in (1, 2)}
    assert changed == {"report.html", "report.md", *pictures}
