from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.tasks.command import Command

PARAMS = {"lr": 0.1, "hidden": (64, 64), "name": "a b", "flag": True, "none": None}


def texts(*words: str, params: dict[str, Any] | None = None) -> list[str]:
    """What is wrong with a command, as place, message and remedy in one text."""
    task = Command(run=words)
    found = task.mistakes(PARAMS if params is None else params)
    return [f"{'.'.join(map(str, place))}: {text}. {remedy}" for place, text, remedy in found]


def test_params_are_filled_in_and_nothing_is_split_or_expanded() -> None:
    task = Command(
        run=("run", "--lr={lr}", "{hidden}", "{name}", "{flag}", "{none}", "$HOME", "{{x}}")
    )
    expected = ["run", "--lr=0.1", "[64, 64]", "a b", "true", "null", "$HOME", "{x}"]
    assert task.words(PARAMS) == expected


def test_own_placeholders_stay_until_the_trial_is_known() -> None:
    task = Command(run=("a", "{seed}", "{device}", "{folder}", "{study_folder}"))
    assert task.words({}) == list(task.run)
    assert task.words({}, {"seed": "3", "device": "cpu"})[1:3] == ["3", "cpu"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("{lrr}", "task.run.1: unknown placeholder '{lrr}'. Did you mean 'lr'?"),
        ("{sed}", "task.run.1: unknown placeholder '{sed}'. Did you mean 'seed'?"),
        ("{}", "task.run.1: unknown placeholder '{}'. Valid: device, flag, folder, hidden"),
        ("{name.x}", "task.run.1: unknown placeholder '{name.x}'."),
        ("{lr", "task.run.1: '{lr' has a brace without its partner. Write {{ for a brace itself"),
        ("lr}", "task.run.1: 'lr}' has a brace without its partner."),
        ("{lr:.2f}", "task.run.1: '{lr:.2f}': a placeholder is {NAME} and nothing more."),
        ("{lr!r}", "task.run.1: '{lr!r}': a placeholder is {NAME} and nothing more."),
    ],
)
def test_what_is_wrong_with_a_word(word: str, expected: str) -> None:
    (text,) = texts("python", word)
    assert text.startswith(expected)


def test_params_may_not_hide_what_every_trial_is_given() -> None:
    assert texts("a", params={"seed": 1}) == [
        "params.seed: 'seed' is given to every trial by itself. Name it otherwise"
    ]


@given(st.text().filter(lambda text: "{" not in text and "}" not in text))
def test_a_text_reaches_the_program_as_it_is(text: str) -> None:
    assert Command(run=("a", "{name}")).words({"name": text}) == ["a", text]


def test_programs_and_scripts_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    task = Command(run=("python", "trian.py", "--config", "{config}", "-x.py"))
    (found,) = task.problems(tmp_path, {"config": "no.yaml"})
    assert found[0] == ("task", "run", 1)
    assert found[1:] == (f"there is no file 'trian.py' in {tmp_path}", "Did you mean 'train.py'?")
    (found,) = Command(run=("no-such-program",)).problems(tmp_path, {})
    assert found[1] == "there is no program 'no-such-program'"
    assert not Command(run=("sh", "train.py")).problems(tmp_path, {})


def test_every_word_that_is_a_file_of_the_folder_is_a_script(tmp_path: Path) -> None:
    for name in ("train.py", "base.yaml", "lib/net.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    outside = tmp_path.parent / f"{tmp_path.name}.py"
    outside.touch()
    words = (
        "python",
        "train.py",
        "{config}",
        "lib/net.py",
        "lib",
        "",
        str(outside),
        f"../{outside.name}",
    )
    found = Command(run=words).scripts(tmp_path, {"config": "base.yaml"})
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "train.py",
        "base.yaml",
        "lib/net.py",
    ]
