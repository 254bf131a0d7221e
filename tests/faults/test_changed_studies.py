"""A changed study trains what is new and nothing else, and forgets nothing."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import ablate

from .small_study import SmallStudy

VALUES = st.integers(1, 3)
ROWS = st.dictionaries(
    st.sampled_from(["one", "two", "three", "four", "five"]),
    st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1, max_size=2),
    min_size=1,
)
STUDIES = st.fixed_dictionaries(
    {
        "params": st.fixed_dictionaries(dict.fromkeys("abc", VALUES)),
        "rows": ROWS,
        "seeds": st.integers(1, 3),
        "shuffle": st.integers(0, 9),
        "comment": st.sampled_from(["", "# said otherwise"]),
    }
)


def text_of(study: dict[str, Any]) -> str:
    """The study as a person might write it, in some order and with some comments."""
    rows = list(study["rows"].items())
    params = list(study["params"].items())
    order = random.Random(study["shuffle"])  # noqa: S311
    order.shuffle(rows)
    order.shuffle(params)
    lines = [
        f"      {label}: {{{_flow(changes, 'params.')}}} {study['comment']}"
        for label, changes in rows
    ]
    return "\n".join(
        [
            f"study: s {study['comment']}",
            'task: {name: python, entry: "trainer:main"}',
            f"params: {{{_flow(dict(params))}}}",
            "primary: val/accuracy",
            f"seeds: {study['seeds']}",
            "ablations:",
            "  rows:",
            "    design: variants",
            "    rows:",
            *lines,
            "",
        ]
    )


def _flow(values: dict[str, int], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{name}: {value}" for name, value in values.items())


def trials_of(study: dict[str, Any]) -> set[tuple[tuple[tuple[str, int], ...], int]]:
    """What must be trained: each combination of values that a row or the baseline has, with each seed."""
    combinations = [
        study["params"],
        *({**study["params"], **row} for row in study["rows"].values()),
    ]
    return {
        (tuple(sorted(values.items())), seed)
        for values in combinations
        for seed in range(study["seeds"])
    }


@settings(max_examples=25, deadline=None)
@given(STUDIES, STUDIES)
def test_equal_trials_have_equal_identities_and_no_others(before, after) -> None:
    """Edited values, added and removed rows and seeds, another order, other comments and labels."""
    known: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "trainer.py").write_text("def main(trial): ...\n")
        for study in (before, after):
            (folder / "s.yaml").write_text(text_of(study))
            opened = ablate.Study(folder / "s.yaml", store=folder / "store", data=folder)
            found = {}
            for trial, identity in opened.identities.items():
                params = opened.plan.config(trial).params
                found[identity] = (tuple(sorted(params.items())), trial.seed)
            assert set(found.values()) == trials_of(study)
            assert len(found) == len(trials_of(study))
            for identity, trial in found.items():
                assert known.setdefault(identity, trial) == trial
    assert len(set(known.values())) == len(known)


def test_after_an_edit_only_what_is_new_is_trained(study: SmallStudy) -> None:
    study.file.write_text(study.text.replace("[1, 2, 3, 4, 5, 6]", "[1, 2, 3]"))
    first = study.run()
    edited = "{params.width: [1, 3, 7]}  # reordered, 2 is gone, 7 is new"
    study.file.write_text(study.text.replace("{params.width: [1, 2, 3, 4, 5, 6]}", edited))
    why = study.ablate("diff", "study.yaml").stdout
    assert "params.width" in why
    done = study.ablate("run", "study.yaml")
    assert "4 of 6 trials were there already; 2 trained" in done.stderr
    assert "\n| 7 " in done.stdout
    assert "\n| 2 " not in done.stdout
    assert study.run_states() == {"FINISHED": 8}, "what the table lost is still in the store"

    study.file.write_text(study.text.replace("[1, 2, 3, 4, 5, 6]", "[1, 2, 3]"))
    again = study.ablate("run", "study.yaml")
    assert again.stdout == first
    assert "trained" not in again.stderr


def test_another_trainer_is_another_trial_and_a_comment_in_the_study_is_none(
    study: SmallStudy,
) -> None:
    study.file.write_text(study.text.replace("[1, 2, 3, 4, 5, 6]", "[1, 2]"))
    study.run()
    study.file.write_text(study.file.read_text() + "# nothing\n")
    assert "4 of 4 trials were there already" in study.ablate("run", "study.yaml").stderr
    trainer = study.folder / "trainer.py"
    trainer.write_text(trainer.read_text() + "\nimport math\n")
    assert "the bytes of its script changed" in study.ablate("diff", "study.yaml").stdout
    assert "0 of 4 trials were there already; 4 trained" in study.ablate("run", "study.yaml").stderr
