from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ablate.record.provenance import git_state, machine, provenance, versions


def git(folder: Path, *arguments: str) -> str:
    author = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *author, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_commit_and_changes(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (repository / "untracked").write_text("no code of the result")
    assert git_state(repository) == {"git.commit": commit, "git.dirty": "false"}
    (repository / "code.py").write_text("2")
    assert git_state(repository)["git.dirty"] == "true"


def test_a_remote_is_recorded_without_its_password(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://me:canary@example.org/code.git")
    assert git_state(repository)["git.remote"] == "https://[redacted]@example.org/code.git"


def test_no_repository_and_no_git_are_fine(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state(Path("/")) == {}
    monkeypatch.setenv("PATH", "")
    assert git_state(repository) == {}


def test_git_that_hangs_is_left_alone(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec /bin/sleep 5\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    monkeypatch.setattr("ablate.record.provenance._GIT_SECONDS", 0.1)
    assert git_state(repository) == {}


def test_versions_are_those_installed() -> None:
    found = versions()
    assert found["version.numpy"] == np.__version__
    assert found["version.python"] == ".".join(map(str, sys.version_info[:3]))
    assert "version.torch" in found


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from ablate.record.provenance import provenance; provenance();"
        "print({'torch', 'mlflow', 'numpy', 'optuna'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_machine_has_a_name() -> None:
    assert all(machine().values())
    assert set(machine()) <= set(provenance())
