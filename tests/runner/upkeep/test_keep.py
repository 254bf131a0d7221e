from __future__ import annotations

from pathlib import Path

import pytest

from ablate.errors import UsageError
from ablate.record.mlflow_recorder import MlflowRecorder
from ablate.results import Failed, Status
from ablate.runner.study import Study
from ablate.runner.upkeep.keep import Freed, apply_keep, parse_keep
from ablate.runner.upkeep.verify import verify_store

from .conftest import ROWS, TEXT, Record, StudyOf, artifacts_of

VALUES = {"baseline": 0.5, "Batch norm": 0.7, "Wider": 0.6}


def kept(study: Study) -> set[str]:
    found = study.store.artifacts.rglob("weights.safetensors")
    runs = {item.run_id: item.name for item in study.recorded()}
    return {runs[path.parent.parent.name] for path in found}


@pytest.mark.parametrize(
    ("policy", "names"),
    [("best", {"baseline", "Batch norm"}), ("none", set()), ("all", set(VALUES))],
)
def test_a_complete_study_keeps_what_the_policy_says(
    study_of: StudyOf, record: Record, policy: str, names: set[str]
) -> None:
    study = study_of(ROWS)
    record(study, VALUES)
    size = (artifacts_of(study, "Wider, seed 0") / "weights.safetensors").stat().st_size
    dropped = 6 - 2 * len(names)
    assert apply_keep(study, parse_keep(policy)) == Freed(dropped, dropped * size)
    assert kept(study) == {f"{name}, seed {seed}" for name in names for seed in (0, 1)}
    assert apply_keep(study, parse_keep(policy)) == Freed()
    assert verify_store(study.store).damages == ()
    assert (artifacts_of(study, "Wider, seed 0") / "model.txt").exists()


def test_where_less_is_better(study_of: StudyOf, record: Record) -> None:
    head = TEXT.replace("val/accuracy", "{metric: val/accuracy, direction: min}")
    study = study_of(ROWS, head=head)
    record(study, {**VALUES, "Wider": 0.1})
    apply_keep(study, "best")
    assert kept(study) == {
        f"{name}, seed {seed}" for name in ("baseline", "Wider") for seed in (0, 1)
    }


def test_each_ablation_keeps_its_own(study_of: StudyOf, record: Record) -> None:
    rows = ROWS + "  rate: {design: grid, factors: {optimizer.lr: [1e-3, 1e-4]}}\n"
    study = study_of(rows, "seeds=1")
    record(study, {**VALUES, "lr=1e-4": 0.9})
    apply_keep(study, "best")
    assert "Wider, seed 0" not in kept(study)
    assert len(kept(study)) == 3


def test_nothing_goes_before_the_study_is_complete(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS)
    record(study, VALUES, trials=study.plan.trials[:-1])
    assert apply_keep(study, "none") == Freed()
    record(study, trials=study.plan.trials[-1:], end=Failed(9, Status.FAILED, "out of memory"))
    assert apply_keep(study_of(ROWS), "none").files == 5


def test_one_ablation_alone_is_not_the_study(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS + "  rate: {design: grid, factors: {optimizer.lr: [1e-3, 1e-4]}}\n")
    record(study, VALUES)
    part = Study(study.path, store=study.store.root, only=["parts"])
    assert apply_keep(part, "none") == Freed()
    assert apply_keep(study, "none").files == 8


def test_removed_rows_keep_theirs(study_of: StudyOf, record: Record) -> None:
    record(study_of(ROWS), VALUES)
    shorter = study_of(ROWS.replace("      Wider: {model.hidden: [24]}\n", ""))
    apply_keep(shorter, "none")
    assert kept(shorter) == {"Wider, seed 0", "Wider, seed 1"}


def test_only_what_a_manifest_lists_goes(study_of: StudyOf, record: Record, tmp_path: Path) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study, VALUES)
    listed, link, damaged = (
        artifacts_of(study, f"{name}, seed 0") for name in ("baseline", "Batch norm", "Wider")
    )
    (link / "weights.safetensors").unlink()
    (tmp_path / "precious").write_text("precious")
    (link / "weights.safetensors").symlink_to(tmp_path / "precious")
    (damaged / "manifest.json").unlink()
    (damaged / "manifest.json").write_text("{")
    assert apply_keep(study, "none").files == 1
    assert not (listed / "weights.safetensors").exists()
    assert (link / "weights.safetensors").is_symlink()
    assert (tmp_path / "precious").exists()
    assert (damaged / "weights.safetensors").exists()


def test_a_folder_that_is_a_link_is_left_alone(
    study_of: StudyOf, record: Record, tmp_path: Path
) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study, VALUES)
    folder = artifacts_of(study, "Wider, seed 0")
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert apply_keep(study, "none").files == 2
    assert (tmp_path / "elsewhere" / "weights.safetensors").exists()


def test_a_run_is_tagged_before_its_file_goes(
    study_of: StudyOf, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study, VALUES)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(MlflowRecorder, "tag", die)
        with pytest.raises(KeyboardInterrupt):
            apply_keep(study, "none")
    assert len(kept(study)) == 3
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", die)
        with pytest.raises(KeyboardInterrupt):
            apply_keep(study, "none")
    assert verify_store(study.store).damages == ()
    assert apply_keep(study, "none").files == 3


def test_dropped_weights_do_not_keep_a_result_from_being_reused(
    study_of: StudyOf, record: Record
) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study, VALUES)
    apply_keep(study, "none")
    assert study_of(ROWS, "seeds=1").missing() == ()
    other = study_of(ROWS, "seeds=1", head=TEXT.replace("study: demo", "study: other"))
    from ablate.runner.cards import trial_card

    recorder = MlflowRecorder(other.store, "other")
    for trial in other.plan.trials:
        card = trial_card(other.plan, trial, other.identities[trial], "", {})
        assert recorder.adopt(card) is not None
    assert other.missing() == ()
    assert verify_store(other.store).damages == ()


def test_a_wrong_policy() -> None:
    with pytest.raises(UsageError, match="Did you mean 'best'"):
        parse_keep("bst")
