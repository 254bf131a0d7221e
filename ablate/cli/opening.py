"""A page in the web browser, once the server that starts in place of this process answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import webbrowser

PATIENCE_S = 60.0
_PAUSE_S = 0.25


def open_later(link: str, host: str, port: int, patience_s: float = PATIENCE_S) -> None:
    """Leave a process behind that opens ``link``; it ends by itself, also where no server comes up."""
    command = [sys.executable, "-m", __name__, link, host, str(port), str(patience_s)]
    quiet = subprocess.DEVNULL
    subprocess.run(command, check=True, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 - our own


def _answers(host: str, port: int, patience_s: float) -> bool:
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        try:
            socket.create_connection((host, port), timeout=1.0).close()
        except OSError:
            time.sleep(_PAUSE_S)
        else:
            return True
    return False


def _main(link: str, host: str, port: str, patience_s: str) -> None:
    if os.fork():  # the one that waits is nobody's child: the server does not collect children
        return
    os.setsid()
    if _answers(host, int(port), float(patience_s)):
        webbrowser.open(link)


if __name__ == "__main__":
    _main(*sys.argv[1:])
