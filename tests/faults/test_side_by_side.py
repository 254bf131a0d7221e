"""Several commands at once, and a study that is complete."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from .small_study import TRIALS, SmallStudy, assert_nothing_lost

MODULES = """
import os, sys
from ablate.cli import main
sys.argv = ["ablate", "run", "study.yaml"]
leave = os._exit
def tell_and_leave(code):
    print(*sys.modules, file=sys.stderr)
    sys.stderr.flush()
    leave(code)
os._exit = tell_and_leave
main()
"""


def test_runs_of_a_study_that_start_together_do_it_once(
    study: SmallStudy, quiet_table: str
) -> None:
    """On a store that does not even exist yet; those that come second leave, or find everything done."""
    together = [study.start() for _ in range(3)]
    ends = [(process.communicate(timeout=240), process.returncode) for process in together]
    for (out, err), code in ends:
        assert "locked" not in err.replace("is locked", "")
        assert "Traceback" not in err
        assert out == quiet_table if code == 0 else "already running" in err
    assert 0 in [code for _, code in ends]
    assert_nothing_lost(study, quiet_table)


def test_a_finished_study_is_not_touched(study: SmallStudy, quiet_table: str) -> None:
    """Measured by what does not happen: no library for training, recording or searching is even imported."""
    study.run()
    before = {path: path.stat().st_mtime_ns for path in study.store.rglob("*") if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", MODULES],
        cwd=study.folder,
        env=study.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == quiet_table
    assert f"{TRIALS} of {TRIALS} trials were there already" in done.stderr
    imported = set(done.stderr.splitlines()[-1].split())
    assert "ablate" in imported
    assert not {"torch", "mlflow", "optuna", "matplotlib", "trainer"} & imported
    assert before == {
        path: path.stat().st_mtime_ns for path in study.store.rglob("*") if path.is_file()
    }


def test_two_studies_with_one_store_share_what_is_equal(
    study: SmallStudy, quiet_table: str
) -> None:
    """Two drivers write into one database at the same time."""
    other = study.folder / "other.yaml"
    other.write_text(study.text.replace("study: faults", "study: other").replace("5, 6]", "5, 7]"))
    first = study.start()
    second = study.start("run", "other.yaml", "--jobs", "2")
    ends = [process.communicate(timeout=240) for process in (first, second)]
    assert [process.returncode for process in (first, second)] == [0, 0], ends
    assert ends[0][0] == quiet_table
    assert set(study.metric_rows().values()) == {1}
    assert study.run_states() == {"FINISHED": 2 * TRIALS}
    per_study = Counter(
        study.query(
            "SELECT e.name FROM runs r JOIN experiments e USING (experiment_id) JOIN tags t "
            "ON t.run_uuid = r.run_uuid WHERE t.key = 'ablate.identity'"
        )
    )
    assert per_study == {("faults",): TRIALS, ("other",): TRIALS}
