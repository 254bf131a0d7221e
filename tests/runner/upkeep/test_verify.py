from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ablate.events import EventWriter
from ablate.record import Store
from ablate.results import EpochMetrics, Failed, Finished, Status
from ablate.runner.study import Study
from ablate.runner.upkeep.keep import apply_keep
from ablate.runner.upkeep.leftovers import study_lock_file
from ablate.runner.upkeep.verify import verify_store, verify_study
from ablate.schedule.lock import study_lock

from .conftest import ROWS, Record, StudyOf, artifacts_of

NAME = "Batch norm, seed 1"


@pytest.fixture
def study(study_of: StudyOf, record: Record) -> Study:
    opened = study_of(ROWS)
    record(opened)
    return opened


def found(study: Study) -> list[str]:
    assert verify_study(study).damages == verify_store(study.store).damages
    return [damage.what for damage in verify_study(study).damages]


def execute(study: Study, sql: str) -> None:
    with sqlite3.connect(study.store.database) as connection:
        connection.execute(sql)


def test_a_sound_store(study: Study) -> None:
    verified = verify_store(study.store)
    assert (verified.runs, verified.damages) == (6, ())
    assert found(study) == []


def test_nothing_recorded_is_sound(tmp_path: Path, study_of: StudyOf) -> None:
    assert verify_store(Store(tmp_path / "none")).damages == ()
    assert verify_study(study_of(ROWS)).runs == 0


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(content)


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-5])


@pytest.mark.parametrize(
    "name", ["weights.safetensors", "config.yaml", "confusion/test.json", "model.txt"]
)
@pytest.mark.parametrize(
    ("damage", "words"),
    [(Path.unlink, "is missing"), (_flip, "another content"), (_cut, "bytes instead of")],
)
def test_a_file_that_is_not_as_it_was(
    study: Study, name: str, damage: Callable[[Path], None], words: str
) -> None:
    damage(artifacts_of(study, NAME) / name)
    assert [words in line and line.startswith(name) for line in found(study)] == [True]
    (damaged,) = verify_study(study).damages
    assert str(damaged).startswith(f"demo: {NAME}: {name} ")
    assert damaged.run_id in str(damaged)


def test_weights_that_were_never_sound(study: Study) -> None:
    """The manifest says that they are as they were; their header says that they were no weights."""
    folder = artifacts_of(study, NAME)
    (folder / "weights.safetensors").unlink()
    (folder / "weights.safetensors").write_bytes(b"garbage")
    manifest = json.loads((folder / "manifest.json").read_text())
    from ablate.runner.upkeep.manifest import Entry

    entry = Entry.of(folder / "weights.safetensors")
    manifest["files"]["weights.safetensors"] = {"size": entry.size, "hash": entry.hash}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert ["is not a file of weights" in line for line in found(study)] == [True]


@pytest.mark.parametrize("text", [None, "{"])
def test_a_lost_manifest(study: Study, text: str | None) -> None:
    path = artifacts_of(study, NAME) / "manifest.json"
    path.unlink()
    if text is not None:
        path.write_text(text)
    assert ["manifest.json" in line for line in found(study)] == [True]


def test_a_manifest_cannot_lead_outside(study: Study) -> None:
    path = artifacts_of(study, NAME) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["../../secret"] = {"size": 0, "hash": ""}
    path.write_text(json.dumps(manifest))
    assert ["leads outside" in line for line in found(study)] == [True]


def test_weights_dropped_on_purpose_are_no_damage(study: Study) -> None:
    assert apply_keep(study, "none").files == 6
    assert found(study) == []
    (artifacts_of(study, NAME) / "model.txt").unlink()
    assert found(study) == ["model.txt is missing"]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM latest_metrics WHERE key LIKE 'final/%'", "has no final metrics"),
        ("DELETE FROM metrics WHERE step = 2", "has no metrics after epoch 1 of 2"),
        ("DELETE FROM metrics WHERE step = 1", "has no metrics of the epochs 1"),
        (
            "UPDATE tags SET value = 'x' WHERE key = 'ablate.condition'",
            "its files are those of",
        ),
        ("UPDATE runs SET status = 'RUNNING' WHERE name != 'report'", "claims to be running"),
    ],
)
def test_what_the_database_lost(study: Study, sql: str, words: str) -> None:
    execute(study, sql)
    lines = found(study)
    assert sum(words in line for line in lines) == 6


def test_the_primary_metric_is_missed_where_the_study_names_it(study: Study) -> None:
    execute(study, "UPDATE latest_metrics SET key = 'final/val/x' WHERE key = 'final/val/accuracy'")
    assert verify_store(study.store).damages == ()
    lines = [damage.what for damage in verify_study(study).damages]
    assert lines == ["is finished and has no val/accuracy"] * 6


def test_runs_of_a_running_study_may_be_unfinished(study: Study) -> None:
    execute(study, "UPDATE runs SET status = 'RUNNING'")
    with study_lock(study_lock_file(study.store, "demo")):
        assert found(study) == []


def test_a_damaged_database(study: Study) -> None:
    content = bytearray(study.store.database.read_bytes())
    content[4096 * 3 : 4096 * 20] = bytes(4096 * 17)
    study.store.database.write_bytes(content)
    assert verify_store(study.store).damages != ()
    study.store.database.write_bytes(b"no database at all" * 100)
    assert "damaged or no database" in str(verify_store(study.store).damages[0])


def test_a_torn_and_a_damaged_journal(study: Study) -> None:
    journal = study.store.optuna / "demo.journal"
    journal.parent.mkdir()
    journal.write_text('{"op_code": 0}\n{"op_c')
    assert ["incomplete" in line for line in found(study)] == [True]
    journal.write_text('{"op_code": 0}\n{"op_c\n{"op_code": 1}\n')
    assert ["line 2 is damaged" in line for line in found(study)] == [True]


def test_what_trials_wrote_and_nobody_recorded(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS)
    stopped = Failed(9, Status.INTERRUPTED, "stopped by SIGINT")
    record(study, trials=study.plan.trials[:2], end=stopped)
    assert found(study) == []
    folders = [study.store.trials / "demo" / study.identities[t] for t in study.plan.trials]
    write(folders[0], EpochMetrics(3, 4, {}))
    write(folders[1], Finished(5, {}, {}, {}, ()))
    write(folders[2], EpochMetrics(1, 4, {}), EpochMetrics(2, 5, {}))
    (study.store.trials / "demo" / "notes").mkdir()
    assert [line.partition(" holds ")[2].partition(". ")[0] for line in sorted(found(study))] == [
        text
        for _, text in sorted(
            [
                (folders[0], "epoch 3, which is not recorded"),
                (folders[1], "a result that is not recorded"),
                (folders[2], "2 epochs (1 to 2), which are not recorded"),
            ]
        )
    ]
    (folders[0] / "events.jsonl").write_text("nonsense\n")
    assert sum("something that is no event" in line for line in found(study)) == 1


def write(folder: Path, *events: EpochMetrics | Finished) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    writer = EventWriter(folder / "events.jsonl")
    for event in events:
        writer.write(event)
    writer.close()
