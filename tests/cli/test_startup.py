"""What must start fast: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

STUDY = Path(__file__).parents[2] / "studies" / "quickstart.yaml"
SCRIPT = STUDY.with_name("script_sklearn.yaml")
HEAVY = {"torch", "torchvision", "timm", "mlflow", "matplotlib", "pandas", "optuna", "sklearn"}

PROGRAM = """
import os, sys
from ablate.cli import main
sys.argv = ["ablate", *{arguments!r}]
leave = os._exit
def tell_and_leave(code):
    print(*sorted(name for name in sys.modules if "." not in name), file=sys.stderr)
    sys.stderr.flush()
    leave(code)
os._exit = tell_and_leave
main()
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", str(STUDY)],
        ["plan", str(STUDY)],
        ["check", str(SCRIPT)],
        ["plan", str(SCRIPT)],
        ["list"],
        ["list", "models"],
        ["table", str(STUDY)],
        ["status", str(STUDY)],
        ["schema"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_heavy_import(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(arguments=arguments)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ABLATE_CACHE": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    imported = set(done.stderr.splitlines()[-1].split())
    assert "ablate" in imported
    assert not HEAVY & imported
