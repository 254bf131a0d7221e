"""Secrets are never recorded: values of tell-tale keys, and credentials inside addresses."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

#: Keys whose value is a secret, whatever it looks like.
_SECRET = re.compile(r"secret|passw(?:or)?d|passphrase|credential", re.IGNORECASE)
#: Keys whose value is a secret if it is text: ``class_token: true`` is an option of a model.
_SECRET_TEXT = re.compile(r"token|api_?key|(?:^|[._-])key$", re.IGNORECASE)
_SECRET_IN_TEXT = re.compile(r"token|secret|passw|passphrase|credential|key", re.IGNORECASE)
_NOT_TEXT = re.compile(r"(?:null|none|~|true|false|[-+.\d][-+.\deE_]*)?", re.IGNORECASE)
#: Schemes are short; without that bound, megabytes of ``a.a.a.a`` in a log would take hours.
_USER_IN_ADDRESS = re.compile(r"(\b[a-zA-Z][\w+.-]{0,40}://)[^/\s\"']+@")
_SECRET_IN_QUERY = re.compile(
    r"([?&][\w-]*(?:token|secret|passw(?:or)?d|key|signature)=)[^&\s\"']+", re.IGNORECASE
)


def redact_text(text: str) -> str:
    """Text without the credentials of the addresses in it.

    >>> redact_text("origin https://me:hunter2@example.org/me/code.git")
    'origin https://[redacted]@example.org/me/code.git'
    """
    without_user = _USER_IN_ADDRESS.sub(rf"\g<1>{REDACTED}@", text)
    return _SECRET_IN_QUERY.sub(rf"\g<1>{REDACTED}", without_user)


def redact_values(values: Mapping[str, str]) -> dict[str, str]:
    """A mapping of texts, the values of secret keys replaced.

    >>> redact_values({"hub.token": "hf_abc", "model.class_token": "true"})
    {'hub.token': '[redacted]', 'model.class_token': 'true'}
    """
    return {
        key: REDACTED if _hides(key, value) else redact_text(value) for key, value in values.items()
    }


def redact_yaml(text: str) -> str:
    """A YAML document, the values of secret keys replaced; unchanged where it holds none."""
    if not _SECRET_IN_TEXT.search(text):
        return redact_text(text)
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    tree = yaml.load(text)
    redacted = _redact_tree(tree, "")
    if redacted == tree:
        return text
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = io.StringIO()
    yaml.dump(redacted, stream)
    return stream.getvalue()


def _redact_tree(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _redact_tree(item, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, list):
        return [_redact_tree(item, key) for item in value]
    if value is None or not _hides(key, value):
        return redact_text(value) if isinstance(value, str) else value
    return REDACTED


def _hides(path: str, value: object) -> bool:
    """Whether the value at a dotted path is a secret."""
    if _SECRET.search(path):
        return True
    is_text = isinstance(value, str) and not _NOT_TEXT.fullmatch(value)
    return is_text and _SECRET_TEXT.search(path) is not None
