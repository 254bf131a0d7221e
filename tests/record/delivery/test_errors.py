"""What is said when a server answers, but not as one hopes."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ablate.errors import RecordError
from ablate.record.delivery import deliver
from ablate.record.server_reader import read_server_results
from tests.record.delivery.conftest import Recorded


@contextmanager
def answering(
    status: int, body: bytes, certificate: Path | None = None
) -> Iterator[tuple[str, list[str]]]:
    """A server that gives everybody one answer; its address, and the credentials it was shown."""
    shown: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.append(self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the library asks for

        def log_message(self, *arguments: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", shown
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b"who are you?", "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"),
        (403, b'{"error_code": "PERMISSION_DENIED", "message": "no"}', "Set MLFLOW_TRACKING_USER"),
        (500, b"<html>oops</html>", "cannot answer|does not answer"),
        (503, b"later", "cannot answer|does not answer"),
        (200, b"<html>a web page</html>", "cannot answer.*not in a valid JSON format"),
        (404, b"<html>nothing here</html>", "refuses it"),
    ],
)
def test_every_answer_is_an_error_with_the_address(
    recorded: Recorded, status: int, body: bytes, said: str
) -> None:
    recorded.trial("a")
    with answering(status, body) as (host, _):
        report = deliver(recorded.store, recorded.study, f"http://{host}")
        assert report.waiting == 1
        with pytest.raises(RecordError, match=said):
            raise RecordError(str(report.error))
        assert host in str(report.error)
        with pytest.raises(RecordError, match=host):
            read_server_results(f"http://{host}", recorded.study)


def test_the_password_of_an_address_is_shown_to_the_server_alone(
    recorded: Recorded,
) -> None:
    recorded.trial("a")
    with answering(401, b"no") as (host, shown):
        report = deliver(recorded.store, recorded.study, f"http://me:canary-0815@{host}")
    assert shown[0].startswith("Basic ")
    assert "canary-0815" not in str(report)
    assert "MLFLOW_TRACKING_PASSWORD" not in os.environ


def _own_certificate(file: Path) -> None:
    """A key and a certificate for 127.0.0.1 that no authority knows."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(place, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(pem))


def test_a_certificate_that_nobody_vouches_for_ends_it(
    recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.trial("a")
    _own_certificate(tmp_path / "own.pem")
    with answering(401, b"no", tmp_path / "own.pem") as (host, shown):
        report = deliver(recorded.store, recorded.study, f"https://me:canary-0815@{host}")
        assert f"the certificate of https://{host} cannot be trusted" in str(report.error)
        assert shown == []
        monkeypatch.setenv("MLFLOW_TRACKING_SERVER_CERT_PATH", str(tmp_path / "own.pem"))
        deliver(recorded.store, recorded.study, f"https://me:canary-0815@{host}")
        assert shown[0].startswith("Basic ")
