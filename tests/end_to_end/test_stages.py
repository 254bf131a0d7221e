"""Transfer from a stage, from the study file to the table, killed on the way and gone on with."""

from __future__ import annotations

import sqlite3
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.live_files import files_named, text_of

from .conftest import Workplace

STUDY = """\
study: transfer
task: classification
data: {name: digits, batch_size: 32, train_size: 120}
model: {name: timm/test_resnet}
optimizer: {name: adam, lr: 2e-3}
train: {epochs: 1}
primary: val/accuracy
seeds: 2
stages:
  easy:
    task: classification
    data: {name: digits, batch_size: 32, train_size: 600}
    model: timm/test_resnet
    optimizer: {name: adam, lr: 2e-3}
    train: {epochs: 2}
    primary: val/macro_f1
  more:
    seed: shared
    task: classification
    data: {name: digits, batch_size: 32, train_size: 200}
    model: {name: timm/test_resnet, weights: {stage: easy}}
    optimizer: {name: adam, lr: 2e-3}
    train: {epochs: 1}
    primary: val/accuracy
ablations:
  transfer:
    design: variants
    rows:
      Easy: {model.weights: {stage: easy}}
      Easy, slowly: {model.weights: {stage: easy}, optimizer.lr: 1e-4}
      More: {model.weights: {stage: more}}
"""
RUN = ("run", "study.yaml", "--jobs", "2")


def place_of(folder: Path, text: str = STUDY) -> Workplace:
    place = Workplace(folder)
    place.study.write_text(text)
    return place


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, str]:
    """A workplace whose study ran in peace, and its table; only read it."""
    place = place_of(tmp_path_factory.mktemp("quiet"))
    return place, place.ablate(*RUN).stdout


def runs(place: Workplace) -> Counter[tuple[str, str]]:
    """How often each (name, state) stands in MLflow."""
    with sqlite3.connect(f"file:{place.store / 'mlflow.db'}?mode=ro", uri=True) as connection:
        query = (
            "SELECT r.name, r.status FROM runs r JOIN tags t ON t.run_uuid = r.run_uuid "
            "WHERE t.key = 'ablate.identity'"
        )
        return Counter(connection.execute(query).fetchall())


EXPECTED = [
    *(f"stage easy, seed {seed}" for seed in (0, 1)),
    "stage more, seed 0",
    *(
        f"{row}, seed {seed}"
        for row in ("baseline", "Easy", "Easy, slowly", "More")
        for seed in (0, 1)
    ),
]


def test_each_stage_is_trained_once(quiet: tuple[Workplace, str]) -> None:
    place, table = quiet
    assert runs(place) == {(name, "FINISHED"): 1 for name in EXPECTED}
    assert "| Easy, slowly | 2 " in table
    assert "stage" not in table.split("\n- ")[0]
    assert place.ablate(*RUN).stdout == table
    place.ablate("verify", "study.yaml")


def test_the_plan_shows_the_stages(quiet: tuple[Workplace, str]) -> None:
    place, _ = quiet
    shown = place.ablate("plan", "study.yaml").stdout
    assert "stage easy -> Easy, Easy, slowly, stage more (2 of 2 trials done)" in shown
    assert "stage more -> More (1 of 1 trial done)" in shown
    assert "4 conditions x 2 seeds + 3 trials of 2 stages = 11 trials, 0 to run" in shown


@pytest.mark.long
def test_killed_again_and_again_it_ends_as_if_it_had_run_in_peace(
    quiet: tuple[Workplace, str], tmp_path: Path
) -> None:
    place = place_of(tmp_path)
    for finished in (0, 2):
        kill_after(place, finished)
    assert place.ablate(*RUN).stdout == quiet[1]
    assert runs(place) == {(name, "FINISHED"): 1 for name in EXPECTED}
    place.ablate("verify", "study.yaml")


def kill_after(place: Workplace, epochs: int) -> None:
    """Kill a run that has trained something and recorded so many trials."""
    process = subprocess.Popen(
        place.command(*RUN),
        cwd=place.folder,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while process.poll() is None:
        if (place.store / "mlflow.db").exists() and _recorded(place) >= epochs and _trains(place):
            process.kill()
    process.communicate()
    assert process.returncode != 0, "it ended before it was killed"


def _recorded(place: Workplace) -> int:
    try:
        return sum(count for (_, state), count in runs(place).items() if state == "FINISHED")
    except sqlite3.OperationalError:  # its tables are being made
        return 0


def _trains(place: Workplace) -> bool:
    return any(
        '"epoch"' in text_of(path) for path in files_named(place.store / "trials", "events.jsonl")
    )


def test_a_stage_that_fails_takes_along_what_starts_from_it_and_nothing_else(
    tmp_path: Path,
) -> None:
    broken = STUDY.replace("seeds: 2", "seeds: 1").replace(
        "optimizer: {name: adam, lr: 2e-3}\n    train: {epochs: 2}",
        "optimizer: {name: sgd, lr: 1e+30}\n    train: {epochs: 2}",
    )
    place = place_of(tmp_path, broken)
    table = place.ablate(*RUN, code=1).stdout
    assert "failed: upstream failed: stage easy, seed 0: loss became nan in epoch 1" in table
    assert "| Easy         | 0/1 (1 failed [1])" in table
    assert Counter(state for _, state in runs(place)) == {"FAILED": 5, "FINISHED": 1}
    assert place.ablate(*RUN, code=1).stdout == table


def test_images_that_a_stage_was_trained_on_are_warned_about_and_noted(tmp_path: Path) -> None:
    text = STUDY.replace("train_size: 600", "split_seed: 1").replace("epochs: 2", "epochs: 1")
    text = text[: text.index("  more:")] + text[text.index("ablations:") :]
    text = text[: text.index("      Easy, slowly")].replace("seeds: 2", "seeds: 1")
    place = place_of(tmp_path, text)
    seen = "161 of 180 val images are also in stage easy, pixel for pixel"
    done = place.ablate(*RUN)
    assert f"'Easy': model.weights: {seen}: its scores say little about new images. Train" in (
        " ".join(done.stderr.split())
    )
    assert f'- {seen} ("Easy"): their scores say little about new images.' in done.stdout


def test_weights_of_a_run_of_another_study(quiet: tuple[Workplace, str], tmp_path: Path) -> None:
    place, _ = quiet
    with sqlite3.connect(place.store / "mlflow.db") as connection:
        query = "SELECT run_uuid FROM runs WHERE name = 'stage easy, seed 1'"
        ((run_id,),) = connection.execute(query).fetchall()
    other = tmp_path / "other.yaml"
    head, _, _ = STUDY.partition("stages:")
    rows = "ablations:\n  a:\n    design: variants\n    rows:\n      From a run: {model.weights: {run: RUN}}\n"
    text = head.replace("study: transfer", "study: other").replace("seeds: 2", "seeds: 1") + rows
    other.write_text(text.replace("RUN", "no-such-run"))
    store = ("--store", str(place.store))
    refused = place.ablate("run", str(other), *store, code=2).stderr
    assert f"the store {place.store} has no run 'no-such-run'" in " ".join(refused.split())
    assert "$.ablations.a.rows.From a run" in refused
    other.write_text(text.replace("RUN", run_id))
    assert "| From a run | 1 " in place.ablate("run", str(other), *store).stdout


def test_weights_that_keep_removed_are_missed_before_anything_trains(tmp_path: Path) -> None:
    text = STUDY.replace("seeds: 2", "seeds: 1\nkeep: none")
    place = place_of(tmp_path, text)
    place.ablate(*RUN)
    assert not list(files_named(place.store / "artifacts", "weights.safetensors"))
    place.study.write_text(text + "      New: {model.weights: {stage: more}, optimizer.lr: 1e-3}\n")
    message = " ".join(place.ablate(*RUN, code=2).stderr.split())
    assert "has no weights.safetensors (any more): 'keep' may have removed it" in message
    place.study.write_text(text)
    place.ablate(*RUN)
