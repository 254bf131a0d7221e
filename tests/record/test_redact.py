from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from ablate.record.redact import redact_text, redact_values, redact_yaml

CANARY = "canary-0815"


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "hub.token",
        "HF_TOKEN",
        "client_secret",
        "data.password",
        "db_passwd",
        "api_key",
        "apiKey",
        "aws.secret_access_key",
        "key",
        "data.key",
        "credentials.user",
    ],
)
def test_values_of_secret_keys_are_replaced(key: str) -> None:
    assert redact_values({key: CANARY}) == {key: "[redacted]"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model.class_token", "true"),
        ("model.num_tokens", "196"),
        ("optimizer.lr", "1e-3"),
        ("data.keypoints", "coco"),
        ("data.monkey", CANARY),
        ("model.token_dropout", "-0.5"),
        ("hub.token", "null"),
    ],
)
def test_values_of_other_keys_stay(key: str, value: str) -> None:
    assert redact_values({key: value}) == {key: value}


def test_a_password_of_digits_is_a_secret() -> None:
    assert redact_values({"password": "12345"}) == {"password": "[redacted]"}


@pytest.mark.parametrize(
    "text",
    [
        f"https://me:{CANARY}@github.com/me/code.git",
        f"https://{CANARY}@github.com/me/code.git",
        f"postgresql+psycopg://u:p@{CANARY}@host/db",
        f"two: https://a.b/c and ssh://x:{CANARY}@h/p",
        f"https://host/file?access_token={CANARY}&x=1",
        f"https://host/file?x=1&api-key={CANARY}",
    ],
)
def test_credentials_in_addresses_are_replaced(text: str) -> None:
    assert CANARY not in redact_text(text)


@pytest.mark.parametrize(
    "text", ["https://example.org/a@b", "git@github.com:me/code.git", "a@b.c", "https://x/?page=2"]
)
def test_addresses_without_credentials_stay(text: str) -> None:
    assert redact_text(text) == text


def test_yaml_keeps_everything_else() -> None:
    text = f"""\
data:
  root: https://me:{CANARY}@host/data
  auth: {{token: {CANARY}, retries: 3}}
  passwords: [{CANARY}, 12345]
  note: |
    two
    lines
model: {{class_token: true, lr: 1e-3}}
"""
    redacted = redact_yaml(text)
    assert CANARY not in redacted
    assert "12345" not in redacted
    assert YAML(typ="safe", pure=True).load(redacted) == {
        "data": {
            "root": "https://[redacted]@host/data",
            "auth": {"token": "[redacted]", "retries": 3},
            "passwords": ["[redacted]", "[redacted]"],
            "note": "two\nlines\n",
        },
        "model": {"class_token": True, "lr": 1e-3},
    }


def test_yaml_without_secrets_is_the_same_text() -> None:
    text = "# kept\nmodel: {class_token: true}   # kept too\n"
    assert redact_yaml(text) == text
