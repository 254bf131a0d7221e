"""A TCP proxy that passes on, refuses, hangs, or cuts the answers, as a test says."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from typing import Literal

Mode = Literal["on", "off", "hang", "no answers"]


class Proxy:
    """Listens on a port of its own and passes connections on to ``port``.

    ``off`` refuses connections and breaks those there are, ``hang`` accepts and never answers, ``no answers`` passes
    requests on and breaks the connection when the server answers.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._mode: Mode = "on"
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.requests = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def set(self, mode: Mode) -> None:
        self._mode = mode
        self._break_all()

    def close(self) -> None:
        self._mode = "off"
        self._server.close()
        self._break_all()

    def _break_all(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            if self._mode == "off":
                client.close()
                continue
            with self._lock:
                self._open.add(client)
            if self._mode != "hang":
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        with self._lock:
            self._open.add(server)
        with client, server, selectors.DefaultSelector() as selector, suppress(OSError):
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select():
                    source, target = key.fileobj, key.data
                    data = source.recv(1 << 16)  # type: ignore[union-attr]
                    if not data or (source is server and self._mode == "no answers"):
                        return
                    self.requests += source is client
                    target.sendall(data)
