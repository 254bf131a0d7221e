from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ablate.data.download import Download, download
from ablate.errors import DataError

CONTENT = bytes(range(256)) * 512


class _Quiet(SimpleHTTPRequestHandler):
    requests: list[str] = []

    def do_GET(self) -> None:
        self.requests.append(self.path)
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server that holds ``set.bin``."""
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "set.bin").write_bytes(CONTENT)
    handler = partial(_Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def _file(server: str, content: bytes = CONTENT) -> Download:
    return Download(f"{server}/set.bin", hashlib.sha256(content).hexdigest())


def test_downloads_once_and_reports(server: str, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    target = tmp_path / "downloads" / "set"
    download([_file(server)], target, lambda *call: calls.append(call))
    assert (target / "set.bin").read_bytes() == CONTENT
    assert calls[-1] == ("downloading set.bin", len(CONTENT), len(CONTENT))
    _Quiet.requests.clear()
    download([_file(server)], target)
    assert _Quiet.requests == []


def test_a_wrong_checksum_leaves_no_file(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"set\.bin"):
        download([_file(server, b"something else")], tmp_path / "downloads")
    assert not (tmp_path / "downloads" / "set.bin").exists()


def test_no_network_names_the_address(tmp_path: Path) -> None:
    file = Download("http://127.0.0.1:1/set.bin", "0" * 64)
    with pytest.raises(DataError, match=r"http://127\.0\.0\.1:1/set\.bin"):
        download([file], tmp_path)
