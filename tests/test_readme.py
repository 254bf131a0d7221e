"""Every command of the README runs. The first two blocks (set-up, tests) are run by the continuous integration."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)

#: What makes a command small enough for a test, without changing what it does.
_SETTINGS = ("train.epochs=1", "seeds=1", "data.train_size=200")
_SMALL = [word for setting in _SETTINGS for word in ("--set", setting)]
SMALL = dict.fromkeys(("run", "report", "compare", "export"), _SMALL)


def commands() -> list[str]:
    lines = [line.split("  #")[0].strip() for block in BLOCKS[2:] for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "studies", folder / "studies")
    run = argv("ablate run studies/quickstart.yaml")  # what many of the commands look at
    subprocess.run(run, cwd=folder, env=environment(folder), capture_output=True, check=True)
    return folder


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "ABLATE_CACHE": str(folder / "cache")}


def argv(command: str) -> list[str]:
    words = shlex.split(command)
    assert words[0] == "ablate"
    return [sys.executable, "-m", "ablate", *words[1:], *SMALL.get(words[1], [])]


def test_the_readme_has_its_blocks() -> None:
    assert len(BLOCKS) >= 3
    assert BLOCKS[0].count("ablate run studies/quickstart.yaml") == 1
    assert "pytest" in BLOCKS[1]
    assert len(commands()) >= 6


@pytest.mark.parametrize("command", [line for line in commands() if " ui" not in line])
def test_command(command: str, checkout: Path) -> None:
    if "basenet" in command and " run " in command and "ABLATE_DATA" not in os.environ:
        pytest.skip("needs real data: set ABLATE_DATA to the folder that holds Fashion-MNIST")
    words, _, target = command.partition(" > ")
    done = subprocess.run(
        argv(words),
        cwd=checkout,
        env=environment(checkout),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    if target:
        (checkout / target).write_text(done.stdout)


def test_the_ui_answers(checkout: Path) -> None:
    (command,) = [line for line in commands() if line.startswith("ablate ui")]
    port = "5871"
    process = subprocess.Popen(
        [*argv(command), "--port", port],
        cwd=checkout,
        env=environment(checkout),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        _ready, study, first = (process.stdout.readline() for _ in range(3))
        assert study.strip() == "quickstart"
        assert first.split()[0] == "report"
        assert f"http://127.0.0.1:{port}/#/experiments/" in first
        assert "<title>MLflow</title>" in page(f"http://127.0.0.1:{port}/")
    finally:
        process.terminate()
        process.communicate(timeout=20)


def page(address: str) -> str:
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                text: str = answer.read().decode()
                return text
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(address)
