"""Commands that train nothing, and what they say when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ablate.cli.app import app
from ablate.errors import AblateError, UsageError

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "studies" / "quickstart.yaml")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ABLATE_STORE", raising=False)


def output(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_every_command_has_help_with_an_example() -> None:
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]  # type: ignore[union-attr]
    assert {"run", "table", "diff", "verify", "gc"} <= set(commands)
    for command in commands:
        assert "Example: ablate" in " ".join(output(command, "--help").split())


def test_check_counts_the_trials() -> None:
    assert "6 conditions x 3 seeds = 18 trials" in output("check", QUICKSTART)


def test_init_writes_a_study_that_can_run(tmp_path: Path) -> None:
    assert "ablate run mine.yaml" in output("init", "mine.yaml")
    assert "study: mine" in (tmp_path / "mine.yaml").read_text()
    assert "Nothing is wrong" in output("check", "mine.yaml")
    with pytest.raises(UsageError, match="exists"):
        output("init", "mine.yaml")


def test_list_names_kinds_members_and_options() -> None:
    overview = output("list")
    for word in ("digits", "fashion-mnist", "basenet", "cumulative", "one_cycle", "macro_f1"):
        assert word in overview
    assert "timm/resnet18" in output("list", "models").split()
    assert "torchvision/resnet18" in output("list", "models", "resnet18").split()
    assert "num_convs (int; 1)" in output("list", "models", "basenet")


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "modles"),
        ("list", "models", "nothing-like-it"),
        ("table", QUICKSTART, "--format", "latx"),
        ("show", QUICKSTART, "Batch nrm"),
        ("show", QUICKSTART, "--part", "arch"),
        ("plan", QUICKSTART, "--only", "componets"),
        ("plan", QUICKSTART, "--profile", "quick"),
        ("run", QUICKSTART, "--jobs", "0"),
        ("run", QUICKSTART, "--devices", "cuda:x"),
        ("ui", QUICKSTART),
    ],
    ids=" ".join,
)
def test_wrong_command_lines_are_errors_of_ours(arguments: tuple[str, ...]) -> None:
    with pytest.raises(AblateError) as caught:
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert len(str(caught.value)) > 20
    assert caught.value.exit_code in (2, 4)


def test_a_row_can_be_shown_in_parts() -> None:
    assert "kernel_size: 3" in output("show", QUICKSTART, "--part", "config")
    table = output("show", QUICKSTART, "Batch norm", "--part", "architecture")
    assert "BatchNorm2d" in table
    assert "3,706" in table


def test_table_before_anything_ran() -> None:
    assert "0/3" in output("table", QUICKSTART)


def test_table_can_be_written_to_a_file(tmp_path: Path) -> None:
    output("table", QUICKSTART, "--out", "out/table.md")
    assert (tmp_path / "out" / "table.md").read_text() == output("table", QUICKSTART)


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("latex", "% Needs in the preamble: \\usepackage{booktabs}"),
        ("html", '<section id="table-components-cumulative" class="table">'),
        ("json", '{\n "tables": ['),
        ("csv", "ablation,row,metric"),
    ],
)
def test_tables_have_formats(form: str, start: str) -> None:
    text = output("table", QUICKSTART, "--format", form)
    assert text.startswith(start)
    assert "Batch norm" in text


def test_the_schema_accepts_shipped_studies() -> None:
    import jsonschema
    from ruamel.yaml import YAML

    validator = jsonschema.Draft202012Validator(json.loads(output("schema")))
    for path in (ROOT / "studies").glob("*.yaml"):
        assert list(validator.iter_errors(YAML(typ="safe").load(path))) == []
    wrong = YAML(typ="safe").load(Path(QUICKSTART))
    wrong["model"]["chanels"] = [1]
    assert list(validator.iter_errors(wrong))
