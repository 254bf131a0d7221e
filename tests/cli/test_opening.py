"""The browser is a script that notes what it was asked to open."""

from __future__ import annotations

import shlex
import socket
import sys
import time
from pathlib import Path

import pytest

from ablate.cli.opening import open_later

LINK = "http://127.0.0.1:1/#/experiments/1/runs/a?b=c&d=e"


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    note = tmp_path / "opened.txt"
    script = tmp_path / "browser.py"
    script.write_text(
        f"import os, sys; open({str(note)!r} + '.part', 'w').write(sys.argv[1]);"
        f" os.rename({str(note)!r} + '.part', {str(note)!r})"
    )
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} %s"
    monkeypatch.setenv("BROWSER", command)
    return note


def wait_for(note: Path) -> str:
    end = time.monotonic() + 60
    while not note.exists():
        assert time.monotonic() < end, "nothing was opened"
        time.sleep(0.05)
    return note.read_text()


def test_the_page_opens_once_the_server_answers(opened: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        open_later(LINK, "127.0.0.1", server.getsockname()[1])
        time.sleep(0.5)
        assert not opened.exists()  # bound, but does not listen yet
        server.listen()
        assert wait_for(opened) == LINK


def test_it_gives_up_where_no_server_comes(opened: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        open_later(LINK, "127.0.0.1", nobody.getsockname()[1], patience_s=0.1)
    time.sleep(1.0)
    assert not opened.exists()
