"""``ablate compare`` on real small studies and their store."""

from __future__ import annotations

import io
import re
import sqlite3
import subprocess
import sys

import pytest
from PIL import Image

from .conftest import Workplace
from .fast import HEAD, fast_study


def runs(place: Workplace) -> dict[str, str]:
    """Name of a trial to the id of its run."""
    with sqlite3.connect(place.store / "mlflow.db") as connection:
        return dict(connection.execute("SELECT name, run_uuid FROM runs").fetchall())


def cells(markdown: str, first: str) -> list[str]:
    """The cells of the line that begins with one."""
    (line,) = (line for line in markdown.splitlines() if line.startswith(f"| {first} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


class TestRowsOfATraining:
    def test_configuration_metrics_and_classes(self, finished: Workplace) -> None:
        text = finished.ablate("compare", "study.yaml", "baseline", "Batch norm").stdout
        assert cells(text, "model.batch_norm") == ["model.batch_norm", "false", "true"]
        table = cells((finished.folder / "first.md").read_text(), "Batch norm")
        found = cells(text, "val/accuracy %")
        assert found[2] == table[2]  # mean and spread
        assert found[3] == table[4]  # difference and interval
        assert "## val/accuracy % per class" in text

    def test_both_ways_to_name_rows_say_the_same(self, finished: Workplace) -> None:
        one = finished.ablate("compare", "study.yaml", "baseline", "Batch norm").stdout
        other = finished.ablate("compare", "study.yaml:baseline", "study.yaml:Batch norm").stdout
        assert one == other

    def test_pictures_side_by_side(self, finished: Workplace) -> None:
        finished.ablate("compare", "study.yaml", "baseline", "Batch norm", "--out", "compared")
        folder = finished.folder / "compared"
        text = (folder / "compare.md").read_text()
        name, difference = re.findall(r"\]\(figures/(.+?)\)", text)
        assert difference == "confusion-val-difference.png"
        assert (folder / "figures" / difference).is_file()
        (run,) = (runs(finished)[one] for one in ("baseline, seed 0",))
        (alone,) = finished.store.rglob(f"{run}/artifacts/confusion/val.png")
        whole = Image.open(io.BytesIO((folder / "figures" / name).read_bytes()))
        assert whole.width > 2 * Image.open(alone).width

    def test_runs(self, finished: Workplace) -> None:
        known = runs(finished)
        ids = known["baseline, seed 1"], known["Batch norm, seed 1"]
        text = finished.ablate("compare", *ids).stdout
        assert cells(text, "model.batch_norm") == ["model.batch_norm", "false", "true"]
        assert "verdict |" not in text
        error = finished.ablate("compare", ids[0][:20], ids[1], code=4).stderr
        assert f"Did you mean {ids[0]}?" in error.replace("\n", "")

    def test_a_row_that_does_not_exist(self, finished: Workplace) -> None:
        done = finished.ablate("compare", "study.yaml", "baseline", "Batch nrm", code=2)
        assert "Did you mean 'Batch norm'?" in done.stderr

    def test_what_has_not_run(self, finished: Workplace) -> None:
        words = ("compare", "study.yaml:baseline", "study.yaml:baseline")
        done = finished.ablate(*words, "--set-b", "optimizer.lr=0.5", code=4)
        assert "nothing is recorded of 'baseline'" in done.stderr


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A store with two studies that share a row and a label."""
    ablations = (
        "  rates: {design: variants, rows: {Fast: {params.lr: 1.0}, Slow: {params.lr: 1e-3}}}\n"
    )
    place = fast_study(tmp_path_factory.mktemp("two"), ablations)
    head = HEAD.replace("study: fast", "study: other").replace("seeds: 2", "seeds: 3")
    rows = ablations.replace("Fast: {params.lr: 1.0}", "Fast: {params.lr: 0.5}")
    other = rows.replace("Slow", "Crawling").replace("}}\n", ", Deep: {params.depth: 2}}}\n")
    (place.folder / "other.yaml").write_text(f"{head}ablations:\n{other}")
    for study in ("study.yaml", "other.yaml"):
        place.ablate("run", study, "--quiet")
    return place


class TestStudies:
    def test_rows_of_both_are_side_by_side(self, studies: Workplace) -> None:
        text = studies.ablate("compare", "study.yaml", "other.yaml").stdout
        assert cells(text, "baseline")[1] == "configuration"
        assert cells(text, "baseline")[-1] == "2 paired of 2 and 3"
        assert cells(text, "baseline")[4].startswith("0.00")  # the results were taken over
        assert cells(text, "Fast")[1] == "label"
        assert cells(text, "Slow = Crawling")[1] == "configuration"
        assert '- Only in B: "Deep".' in text

    def test_rows_of_two_studies(self, studies: Workplace) -> None:
        text = studies.ablate("compare", "study.yaml:Fast", "other.yaml:Fast").stdout
        assert text.startswith("# Fast of fast and Fast of other")
        assert cells(text, "params.lr") == ["params.lr", "1.0", "0.5"]

    def test_it_needs_no_torch(self, studies: Workplace) -> None:
        program = (
            "import sys\nfrom ablate.cli.app import app\n"
            "try:\n    app(['compare', 'study.yaml', 'Fast', 'Slow'])\n"
            "except SystemExit:\n    pass\n"
            "assert not {'torch', 'mlflow', 'optuna', 'matplotlib'} & set(sys.modules)\n"
        )
        place = studies.folder / "check.py"
        place.write_text(program)
        subprocess.run(
            [sys.executable, str(place)],
            cwd=studies.folder,
            check=True,
            capture_output=True,
            env=studies.environment,
        )


def test_nothing_recorded_yet(tmp_path) -> None:
    place = fast_study(tmp_path, "  rates: {design: variants, rows: {Fast: {params.lr: 1.0}}}\n")
    (place.folder / "other.yaml").write_text(place.study.read_text())
    for words in (("study.yaml", "other.yaml"), ("study.yaml", "baseline", "Fast")):
        assert "nothing is recorded of" in place.ablate("compare", *words, code=4).stderr
    missing = place.ablate("compare", "0" * 32, "1" * 32, code=4).stderr
    assert "Nothing is recorded there yet" in missing
    assert not place.store.exists()
