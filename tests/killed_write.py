"""What a process leaves that is killed in the middle of writing a file."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path


def killed_while_writing(path: Path) -> None:
    """Leave what a process leaves that is killed while it writes ``path``."""
    code = (
        "import os, signal, sys; from pathlib import Path; from ablate.files import write_atomically\n"
        "write_atomically(Path(sys.argv[1]), lambda stream: os.kill(os.getpid(), signal.SIGKILL))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
