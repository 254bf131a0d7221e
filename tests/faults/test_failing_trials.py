"""A trial that goes wrong is one bad row with its reason; nothing else suffers, and it runs again when asked."""

from __future__ import annotations

import re

from .small_study import SmallStudy

TROUBLES = {
    "error": "ValueError: a mistake",
    "killed": "killed by SIGKILL, possibly out of memory",
    "out of memory": "out of memory",
    "leaves": "ended without reporting a result",
    "nan": "val/accuracy is nan",
    "no primary": "its result lacks val/accuracy",
}
STUDY = """\
study: faults
task: {name: python, entry: "trainer:main"}
params: {width: 1, epochs: 2, epoch_s: 0.01, trouble: none, troubled_seed: 0}
primary: val/accuracy
seeds: 3
ablations:
  troubles:
    design: variants
    rows:
      harmless: {params.width: 2}
"""


def with_troubles(study: SmallStudy) -> None:
    rows = [f"      {name}: {{params.trouble: {name}}}\n" for name in TROUBLES]
    study.file.write_text(STUDY + "".join(rows))


def test_each_failure_is_one_seed_of_its_row_with_its_reason(study: SmallStudy) -> None:
    with_troubles(study)
    table = study.run(code=1)
    results = table.partition("\n### ")[0]  # what rows differ in stands below
    for name, reason in TROUBLES.items():
        (row,) = re.findall(rf"^\| {name} .*$", results, re.MULTILINE)
        seeds = "2/3 (1 diverged [" if name == "nan" else "2/3 (1 failed ["
        assert seeds in row, row
        assert reason in table
    assert re.search(r"^\| harmless +\| 3 ", table, re.MULTILINE)
    failed = len(TROUBLES)
    assert study.run_states() == {"FINISHED": 3 * (failed + 2) - failed, "FAILED": failed}
    attempts = [key for key, n in study.optuna_states().items() if n > 1]
    assert len(attempts) == 1, "only the one that was killed is tried a second time"

    again = study.ablate("run", "study.yaml", code=1)
    assert again.stdout == table
    assert "trained" not in again.stderr

    retried = study.ablate("run", "study.yaml", "--retry-failed", code=1)
    assert retried.stdout == table
    assert f"{3 * (failed + 2) - failed} of {3 * (failed + 2)} trials were there" in retried.stderr
    assert set(study.metric_rows().values()) == {1}


def test_a_trial_that_is_killed_once_is_tried_again_and_no_other(
    study: SmallStudy, quiet_table: str
) -> None:
    study.file.write_text(
        study.text.replace("trouble: none", "trouble: killed once").replace("seeds: 2", "seeds: 3")
    )
    table = study.run()
    assert study.run_states() == {"FINISHED": 18}
    states = study.optuna_states()
    assert sum(state == "COMPLETE" for _, state in states) == 18
    assert sum(state == "FAIL" for _, state in states) == 6  # the first seed of each row
    assert set(study.metric_rows().values()) == {1}
    assert "failed" not in table
