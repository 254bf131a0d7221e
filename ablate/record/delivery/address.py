"""The address of a tracking server, with the credentials in it kept apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from ablate.errors import UsageError
from ablate.record.redact import redact_text

_EXAMPLE = "Write it like https://mlflow.example.org, with the credentials in the environment"
_CREDENTIALS = "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, hold credentials"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a tracking server is.

    ``uri`` holds no secret and may be shown; ``credentials`` are the environment variables that the address implies.
    """

    uri: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address in a text such as ``https://user:password@mlflow.example.org:5000/team``.

        >>> Address.parse("https://me:secret@Example.org/team/")
        Address(uri='https://example.org/team')

        Raises:
            UsageError: it is not the address of a web server, or holds a token where nobody expects one.
        """
        parts = urlsplit(text.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(
                f"{redact_text(text)!r} is not the address of a tracking server. {_EXAMPLE}"
            )
        if parts.query or parts.fragment:
            raise UsageError(
                f"the address of a tracking server ends with its path, and {parts.scheme}://{parts.hostname} "
                f"goes on after it. {_CREDENTIALS}"
            )
        return cls(f"{parts.scheme}://{_place(parts)}", _credentials(parts))

    @property
    def key(self) -> str:
        """A name for files that belong to the server; the same whoever signs in."""
        return hashlib.blake2b(self.uri.encode(), digest_size=8).hexdigest()


def _place(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
    try:
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        raise UsageError(
            f"the port of {host} is not a number from 0 to 65535. {_EXAMPLE}"
        ) from None
    return f"{host}{port}{parts.path.rstrip('/')}"


def _credentials(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    if not parts.username or not parts.password:
        raise UsageError(
            f"the address {parts.scheme}://[redacted]@{parts.hostname} has no password behind its user. {_CREDENTIALS}"
        )
    return {
        "MLFLOW_TRACKING_USERNAME": unquote(parts.username),
        "MLFLOW_TRACKING_PASSWORD": unquote(parts.password),
    }
