"""A study file is text: only ``ablate run`` executes what it names, and nothing secret or foreign is touched."""

from __future__ import annotations

import ast
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ablate.cli import browsing
from ablate.cli.app import app

from .small_study import SmallStudy

SOURCE = Path(__file__).parents[2] / "ablate"
CANARY = "canary-31415"


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call in the package: the place, the function as written, the call."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                place = f"{path.relative_to(SOURCE)}:{node.lineno}"
                yield place, ast.unparse(node.func), node


def argument(call: ast.Call, name: str) -> object:
    values = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return values[0].value if values and isinstance(values[0], ast.Constant) else None


def test_no_command_goes_through_a_shell() -> None:
    for place, function, call in calls():
        assert argument(call, "shell") is not True, place
        assert function not in ("os.system", "os.popen", "subprocess.getoutput"), place


def test_nothing_evaluates_text_or_unpickles() -> None:
    found = [
        (place, function)
        for place, function, _ in calls()
        if function in ("eval", "exec", "pickle.load", "pickle.loads", "__import__")
    ]
    assert found == []


def test_torch_loads_weights_only() -> None:
    loads = [(place, call) for place, name, call in calls() if name == "torch.load"]
    assert loads
    for place, call in loads:
        assert argument(call, "weights_only") is True, place


@pytest.mark.parametrize(
    "command", ["check", "plan", "diff", "table", "status", "show", "verify", "gc", "run"]
)
def test_only_a_run_executes_what_a_study_names(command: str, study: SmallStudy) -> None:
    study.file.write_text(study.text.replace("[1, 2, 3, 4, 5, 6]", "[1, 2]"))
    touched = study.folder / "touched"
    trainer = study.folder / "trainer.py"
    trainer.write_text(f"open({str(touched)!r}, 'w')\n" + trainer.read_text())
    study.ablate(command, "study.yaml")
    assert touched.exists() is (command == "run")
    assert not study.processes()


def test_a_secret_is_in_no_record(study: SmallStudy) -> None:
    for command in (
        ["init", "--quiet"],
        ["remote", "add", "origin", f"https://me:{CANARY}@example.org/x.git"],
    ):
        subprocess.run(["git", *command], cwd=study.folder, check=True)
    study.file.write_text(
        study.text.replace("[1, 2, 3, 4, 5, 6]", "[1, 2]")
        .replace("params: {", f"params: {{api_token: {CANARY}, ")
        .replace("trouble: none", "trouble: error")
    )
    trainer = study.folder / "trainer.py"
    at = f"a mistake at https://me:{CANARY}@example.org/x"
    trainer.write_text(trainer.read_text().replace("a mistake", at))
    study.run(code=1, MY_SECRET=CANARY, MLFLOW_TRACKING_PASSWORD=CANARY)
    for file in study.store.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def test_files_are_private_where_the_user_says_so(study: SmallStudy) -> None:
    study.file.write_text(study.text.replace("[1, 2, 3, 4, 5, 6]", "[1, 2]"))
    process = study.start(umask=0o077)
    process.communicate(timeout=120)
    assert process.returncode == 0
    made = [*study.store.rglob("*"), *(study.folder / "cache").rglob("*")]
    assert len(made) > 20
    for path in made:
        assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize(
    "names",
    [("events.jsonl", "log.txt", "job.json", "progress"), ("artifacts", "checkpoints", ".", "x")],
)
def test_links_planted_in_a_trials_folder_are_not_followed(
    study: SmallStudy, names: tuple[str, ...]
) -> None:
    """Somebody who may write into the store leads what a trial writes to another place."""
    study.file.write_text(study.text.replace("[1, 2, 3, 4, 5, 6]", "[1, 2]"))
    victim, elsewhere = study.folder / "victim", study.folder / "elsewhere"
    victim.write_text("mine")
    elsewhere.mkdir()
    home = study.store / "trials" / "faults"
    home.mkdir(parents=True)
    for identity, name in zip(identities(study), names, strict=True):
        if name == ".":
            (home / identity).symlink_to(elsewhere)
            continue
        (home / identity).mkdir()
        folder = name in ("artifacts", "checkpoints")
        (home / identity / name).symlink_to(elsewhere if folder else victim)
    study.run()
    assert study.run_states() == {"FINISHED": 4}
    assert victim.read_text() == "mine"
    assert list(elsewhere.iterdir()) == []


def identities(study: SmallStudy) -> list[str]:
    import ablate

    opened = ablate.Study(study.file, store=study.store, data=study.folder)
    return list(opened.identities.values())


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("0.0.0.0", True)])  # noqa: S104
def test_the_ui_lets_others_in_only_where_that_is_said(
    host: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = []
    monkeypatch.setattr(browsing, "serve_ui", lambda *arguments: served.append(arguments[3]))
    done = CliRunner().invoke(app, ["ui", *(["--host", host] if warned else [])])
    assert done.exit_code == 0
    assert served == [host]
    assert ("can change records" in done.stderr) is warned
