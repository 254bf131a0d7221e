from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import optuna
import pytest
from optuna.trial import TrialState

from ablate.results import Status
from ablate.schedule import OptunaLedger, PastTrial

FACTORS = {
    "model.batch_norm": [False, True],
    "model.channels": [[6, 12], [12, 24]],
    "optimizer.lr": [1e-3, 1e-4],
    "train.patience": [None, 3],
}
LEVELS = {
    "model.batch_norm": True,
    "model.channels": [12, 24],
    "optimizer.lr": 1e-4,
    "train.patience": None,
}
PARAMS = {**LEVELS, "model.channels": "[12,24]"}

LOAD = """
import json, sys, optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
storage = JournalStorage(JournalFileBackend(sys.argv[1]))
(summary,) = optuna.get_all_study_summaries(storage)
study = optuna.load_study(study_name=summary.study_name, storage=storage)
print(json.dumps([study.study_name, study.direction.name, [
    [t.number, t.state.name, t.value, t.params, t.user_attrs, t.intermediate_values]
    for t in study.trials]]))
"""


def open_ledger(folder: Path, factors=FACTORS) -> OptunaLedger:
    return OptunaLedger(folder / "optuna" / "basenet.journal", "basenet", "max", factors)


def load(folder: Path, name: str) -> optuna.Study:
    backend = optuna.storages.journal.JournalFileBackend(str(folder / "optuna" / "basenet.journal"))
    return optuna.load_study(study_name=name, storage=optuna.storages.JournalStorage(backend))


def test_another_process_reads_what_was_asked_reported_and_told(tmp_path):
    ledger = open_ledger(tmp_path)
    number = ledger.ask("Batch norm, seed 0", LEVELS, {"identity": "i0", "seed": 0})
    ledger.report(number, 1, 0.5)
    ledger.report(number, 2, 0.625)
    ledger.tell(number, 0.75, Status.FINISHED)
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path / "optuna" / "basenet.journal")],
        capture_output=True,
        check=True,
    )
    name, direction, trials = json.loads(done.stdout)
    assert (name, direction) == (ledger.study_name, "MAXIMIZE")
    attributes = {"name": "Batch norm, seed 0", "identity": "i0", "seed": 0}
    assert trials == [[0, "COMPLETE", 0.75, PARAMS, attributes, {"1": 0.5, "2": 0.625}]]


def test_the_dashboard_reads_it(tmp_path):
    dashboard = pytest.importorskip("optuna_dashboard")
    ledger = open_ledger(tmp_path)
    number = ledger.ask("a", LEVELS, {"identity": "i"})
    ledger.report(number, 1, 0.25)
    ledger.tell(number, 0.5, Status.FINISHED)
    app = dashboard.wsgi(str(tmp_path / "optuna" / "basenet.journal"))
    (study,) = get_json(app, "/api/studies")["study_summaries"]
    assert study["study_name"] == ledger.study_name
    (trial,) = get_json(app, f"/api/studies/{study['study_id']}")["trials"]
    assert (trial["state"], trial["values"]) == ("Complete", [0.5])
    assert trial["intermediate_values"] == [{"step": 1, "value": 0.25}]
    shown = {param["name"]: param["param_external_value"] for param in trial["params"]}
    assert shown == {name: str(value) for name, value in PARAMS.items()}


def get_json(app, path: str):
    environment = {"PATH_INFO": path, "QUERY_STRING": "after=0"}
    setup_testing_defaults(environment)
    return json.loads(b"".join(app(environment, lambda *answer: None)))


def test_numbers_go_on_and_an_attempt_of_the_same_levels_is_a_new_trial(tmp_path):
    ledger = open_ledger(tmp_path)
    assert [ledger.ask("a", LEVELS, {}), ledger.ask("a", LEVELS, {})] == [0, 1]
    ledger.tell(0, 0.5, Status.FINISHED)
    assert open_ledger(tmp_path).ask("b", LEVELS, {}) == 2


@pytest.mark.parametrize(
    ("value", "status", "attribute"),
    [
        (None, Status.FAILED, "failed"),
        (None, Status.INTERRUPTED, "interrupted"),
        (math.nan, Status.DIVERGED, "diverged"),
        (math.nan, Status.FINISHED, "finished"),
    ],
)
def test_what_has_no_finite_value_has_failed(tmp_path, value, status, attribute):
    ledger = open_ledger(tmp_path)
    ledger.tell(ledger.ask("a", LEVELS, {}), value, status)
    (trial,) = load(tmp_path, ledger.study_name).trials
    assert (trial.state, trial.value) == (TrialState.FAIL, None)
    assert trial.user_attrs["status"] == attribute


def test_a_pruned_trial_keeps_the_value_that_it_reported_last(tmp_path):
    ledger = open_ledger(tmp_path)
    for epochs in (0, 2):
        number = ledger.ask("a", LEVELS, {})
        for epoch in range(1, epochs + 1):
            ledger.report(number, epoch, epoch / 10)
        ledger.tell(number, None, Status.PRUNED)
    trials = load(tmp_path, ledger.study_name).trials
    assert [trial.state for trial in trials] == [TrialState.PRUNED] * 2
    assert [trial.value for trial in trials] == [None, 0.2]
    assert trials[1].user_attrs["status"] == "pruned"


def test_trials_of_a_dead_driver_are_failed_when_the_study_is_opened(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.tell(ledger.ask("done", LEVELS, {}), 0.5, Status.FINISHED)
    ledger.ask("left", LEVELS, {})
    open_ledger(tmp_path)
    done, left = load(tmp_path, ledger.study_name).trials
    assert done.state is TrialState.COMPLETE
    assert (left.state, left.user_attrs["status"]) == (TrialState.FAIL, "interrupted")


def test_a_journal_cut_anywhere_opens_and_goes_on(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.tell(ledger.ask("a", LEVELS, {"identity": "a"}), 0.5, Status.FINISHED)
    before = (tmp_path / "optuna" / "basenet.journal").stat().st_size
    ledger.tell(ledger.ask("b", LEVELS, {"identity": "b"}), 0.75, Status.FINISHED)
    whole = (tmp_path / "optuna" / "basenet.journal").read_bytes()
    for end in sorted({*range(before, len(whole), 61), len(whole) - 1, len(whole)}):
        folder = tmp_path / str(end)
        (folder / "optuna").mkdir(parents=True)
        (folder / "optuna" / "basenet.journal").write_bytes(whole[:end])
        again = open_ledger(folder)
        again.rebuild([PastTrial(x, x, LEVELS, v) for x, v in (("a", 0.5), ("b", 0.75))])
        complete = load(folder, again.study_name).get_trials(states=[TrialState.COMPLETE])
        assert [trial.value for trial in complete] == [0.5, 0.75], end


def test_a_journal_without_one_whole_line_is_begun_anew(tmp_path):
    journal = tmp_path / "optuna" / "basenet.journal"
    journal.parent.mkdir()
    journal.write_bytes(b'{"op_code": 0, ' + b"x" * 200_000)
    assert open_ledger(tmp_path).ask("a", LEVELS, {}) == 0


def test_a_driver_killed_inside_a_write_delays_nobody(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from ablate.schedule import OptunaLedger\n"
        "ledger = OptunaLedger(Path(sys.argv[1]), 'basenet', 'max', {'x': [1]})\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ledger.ask('a', {'x': 1}, {})\n"
    )
    journal = tmp_path / "optuna" / "basenet.journal"
    killed = subprocess.run(
        [sys.executable, "-c", code, str(journal)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=20,
    )
    assert killed.returncode == -signal.SIGKILL
    assert open_ledger(tmp_path, {"x": [1]}).ask("b", {"x": 1}, {}) == 1


def test_a_lost_study_is_rebuilt_once(tmp_path):
    past = [PastTrial(f"i{i}", f"t{i}", LEVELS, i / 10, {"seed": i}) for i in range(3)]
    ledger = open_ledger(tmp_path)
    assert ledger.rebuild(past[:2]) == 2
    assert open_ledger(tmp_path).rebuild(past) == 1
    trials = load(tmp_path, ledger.study_name).trials
    assert [trial.value for trial in trials] == [0.0, 0.1, 0.2]
    assert trials[2].params == PARAMS
    assert trials[2].user_attrs == {"name": "t2", "identity": "i2", "seed": 2}


def test_a_new_level_is_a_new_study_in_the_same_journal(tmp_path):
    first = open_ledger(tmp_path, {"x": [1, 2]})
    second = open_ledger(tmp_path, {"x": [1, 2, 3]})
    assert first.study_name != second.study_name
    second.tell(second.ask("a", {"x": 3}, {}), 1.0, Status.FINISHED)
    assert load(tmp_path, second.study_name).best_params == {"x": 3}


def test_an_unknown_level_leaves_no_trial(tmp_path):
    ledger = open_ledger(tmp_path, {"x": [1, 2]})
    with pytest.raises(KeyError):
        ledger.ask("a", {"x": 3}, {})
    assert load(tmp_path, ledger.study_name).trials == []


def test_optuna_says_nothing(tmp_path, capfd):
    open_ledger(tmp_path)
    assert capfd.readouterr() == ("", "")
