"""Where a result comes from: the code's commit, the versions of libraries, the machine."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import subprocess
from pathlib import Path

from ablate.record.redact import redact_text

PACKAGES = ("torch", "torchvision", "timm", "mlflow", "optuna", "numpy")

_GIT_SECONDS = 5.0


def provenance(folder: Path | None = None) -> dict[str, str]:
    """Tags of the present machine and of the code in ``folder`` (the working folder by default).

    Imports none of the libraries it names. What cannot be found (no git, no repository) is left out.
    """
    return {**git_state(folder or Path.cwd()), **versions(), **machine()}


def git_state(folder: Path) -> dict[str, str]:
    """``git.commit``, ``git.dirty`` (tracked files differ from it) and ``git.remote``, if any."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return {}
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    remote = _git(folder, "config", "--get", "remote.origin.url")
    state = {"git.commit": commit}
    if changes is not None:
        state["git.dirty"] = "true" if changes else "false"
    if remote:
        state["git.remote"] = redact_text(remote)
    return state


def versions() -> dict[str, str]:
    """``version.<package>`` of Python and of the libraries that can change a number."""
    found = {"version.python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[f"version.{package}"] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str]:
    """``platform`` and ``cpu``."""
    return {"platform": platform.platform(), "cpu": _cpu_name()}


def _cpu_name() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(errors="replace").splitlines():
            field, _, value = line.partition(":")
            if field.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; ``None`` if there is no git, no answer in time or an error."""
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, fixed arguments
            command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
