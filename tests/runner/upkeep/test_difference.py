from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ablate.plan import identity
from ablate.results import Failed, Status
from ablate.runner.study import Study
from ablate.runner.upkeep.difference import difference

from .conftest import ROWS, TEXT, Record, StudyOf, artifacts_of


def lines(study: Study) -> list[str]:
    return [str(item) for item in difference(study).new]


def test_nothing_recorded_and_everything_recorded(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS)
    assert lines(study) == [
        f"{name}, seeds 0, 1: new: nothing is recorded of this study"
        for name in ("baseline", "Batch norm", "Wider")
    ]
    record(study)
    assert difference(study_of(ROWS)).new == ()
    assert difference(study_of(ROWS)).removed == ()


def test_an_edited_value_a_new_seed_and_a_new_row(study_of: StudyOf, record: Record) -> None:
    record(study_of(ROWS))
    assert lines(study_of(ROWS, "optimizer.lr=0.01")) == [
        f"{name}, seeds 0, 1: new: optimizer.lr 0.001 -> 0.01"
        for name in ("baseline", "Batch norm", "Wider")
    ]
    assert lines(study_of(ROWS, "seeds=3")) == [
        f"{name}, seed 2: new: a new seed" for name in ("baseline", "Batch norm", "Wider")
    ]
    more = ROWS + "      Deeper: {model.dropout: 0.5}\n"
    assert lines(study_of(more)) == [
        "Deeper, seeds 0, 1: new: a new row: model.dropout 0.0 -> 0.5 compared with Wider"
    ]


def test_an_edited_row_is_compared_with_what_it_was(study_of: StudyOf, record: Record) -> None:
    record(study_of(ROWS))
    edited = study_of(ROWS.replace("[24]", "[32], model.dropout: 0.5, optimizer.lr: 0.1"))
    assert lines(edited) == [
        "Wider, seeds 0, 1: new: model.hidden [24] -> [32]; model.dropout 0.0 -> 0.5; "
        "optimizer.lr 0.001 -> 0.1"
    ]
    assert difference(edited).removed == ("Wider, seed 0", "Wider, seed 1")


def test_another_member_is_one_change(study_of: StudyOf, record: Record) -> None:
    record(study_of(ROWS))
    changed = study_of(ROWS, head=TEXT.replace("{name: adam, lr: 1e-3}", "{name: sgd, lr: 0.1}"))
    assert {line.partition(": new: ")[2] for line in lines(changed)} == {
        "optimizer.name adam -> sgd"
    }


def test_what_cannot_change_a_result_is_no_difference(study_of: StudyOf, record: Record) -> None:
    record(study_of(ROWS))
    again = study_of(ROWS, head=TEXT.replace("primary: val/accuracy", "primary: val/macro_f1"))
    assert difference(again).new == ()


def test_an_interrupted_trial_goes_on_and_a_failed_one_is_recorded(
    study_of: StudyOf, record: Record
) -> None:
    study = study_of(ROWS)
    record(study, trials=study.plan.trials[1:])
    stopped = Failed(9, Status.INTERRUPTED, "stopped by SIGINT")
    record(study, trials=study.plan.trials[:1], end=stopped)
    assert lines(study_of(ROWS)) == ["baseline, seed 0: interrupted: it goes on"]
    record(study_of(ROWS, "seeds=3"), end=Failed(9, Status.FAILED, "out of memory"), trials=[])
    study = study_of(ROWS, "seeds=3")
    record(study, trials=study.missing()[1:], end=Failed(9, Status.FAILED, "out of memory"))
    assert lines(study_of(ROWS, "seeds=3")) == ["baseline, seed 0: interrupted: it goes on"]


def test_changed_data(study_of: StudyOf, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    study = study_of(ROWS)
    record(study)
    other = study_of(ROWS)
    changed = dict.fromkeys(other.plan.conditions, "e" * 32)
    for module in ("identities", "upkeep.difference"):
        monkeypatch.setattr(f"ablate.runner.{module}.fingerprints", lambda *_: changed)
    before = next(iter(study.recorded())).fingerprint[:8]
    assert {line.partition(": new: ")[2] for line in lines(other)} == {
        f"data changed: fingerprint {before} -> eeeeeeee (digits)"
    }


def test_changed_bytes_of_a_weight_file(study_of: StudyOf, record: Record, tmp_path: Path) -> None:
    weights = tmp_path / "model.pt"
    weights.write_bytes(b"before")
    head = TEXT.replace(
        "{name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [12]}",
        f"{{name: timm/resnet18, weights: {weights}}}",
    )
    rows = "  parts: {design: variants, rows: {Slow: {optimizer.lr: 1e-4}}}\n"
    record(study_of(rows, head=head))
    assert difference(study_of(rows, head=head)).new == ()
    weights.write_bytes(b"after")
    assert lines(study_of(rows, head=head)) == [
        "baseline, seeds 0, 1: new: the bytes of model.pt changed",
        "Slow, seeds 0, 1: new: the bytes of model.pt changed",
    ]


def test_another_meaning_of_configurations(
    study_of: StudyOf, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(study_of(ROWS))
    monkeypatch.setattr(identity, "VERSION", identity.VERSION + 1)
    assert {line.partition(": new: ")[2] for line in lines(study_of(ROWS))} == {
        "the version of the meaning of configurations changed"
    }


def test_a_result_of_another_study_is_taken_over(study_of: StudyOf, record: Record) -> None:
    record(study_of(ROWS))
    other = study_of(ROWS, head=TEXT.replace("study: demo", "study: other"))
    assert lines(other)[0] == (
        "baseline, seeds 0, 1: the study 'demo' has its result, which is taken over"
    )


def test_a_lost_configuration_is_said(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study)
    for trial in study.plan.trials:
        (artifacts_of(study, trial.name) / "config.yaml").unlink()
    changed = study_of(ROWS, "seeds=1", "optimizer.lr=0.01")
    assert "its recorded configuration cannot be read" in lines(changed)[0]


def test_reasons_are_grouped_by_condition(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS)
    record(study, trials=[trial for trial in study.plan.trials if trial.seed == 0])
    found = difference(replace_seeds(study_of)).new
    assert [(item.condition, item.seeds) for item in found] == [
        ("baseline", (1, 2, 3)),
        ("Batch norm", (1, 2, 3)),
        ("Wider", (1, 2, 3)),
    ]
    assert str(replace(found[0], seeds=(1,))) == "baseline, seed 1: new: a new seed"


def replace_seeds(study_of: StudyOf) -> Study:
    return study_of(ROWS, "seeds=4")
