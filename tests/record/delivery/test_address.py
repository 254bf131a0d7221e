from __future__ import annotations

import pytest

from ablate.errors import UsageError
from ablate.record.delivery.address import Address

CANARY = "canary-0815"


def test_credentials_leave_the_address() -> None:
    address = Address.parse(f"https://me%40home:{CANARY}%2F@Mlflow.example.org:5000/team/")
    assert address.uri == "https://mlflow.example.org:5000/team"
    assert address.credentials == {
        "MLFLOW_TRACKING_USERNAME": "me@home",
        "MLFLOW_TRACKING_PASSWORD": f"{CANARY}/",
    }
    assert CANARY not in repr(address)


def test_files_have_the_same_name_whoever_signs_in() -> None:
    keys = {Address.parse(text).key for text in ("http://h:1", "http://a:b@h:1/", "http://H:1")}
    assert len(keys) == 1
    assert Address.parse("http://h:2").key not in keys


def test_a_numeric_host_of_version_6_stays_in_brackets() -> None:
    assert Address.parse("http://[::1]:5000").uri == "http://[::1]:5000"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mlruns", "is not the address of a tracking server"),
        ("sqlite:////x/mlflow.db", "is not the address of a tracking server"),
        ("http://", "is not the address of a tracking server"),
        ("databricks", "is not the address of a tracking server"),
        (f"https://host/?token={CANARY}", "goes on after it"),
        (f"https://{CANARY}@host", "no password"),
        (f"https://:{CANARY}@host", "no password"),
        (f"https://me:{CANARY}@host:99999", "not a number from 0 to 65535"),
        (f"ftp://me:{CANARY}@host", "is not the address of a tracking server"),
    ],
)
def test_other_addresses_are_refused_without_showing_secrets(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as raised:
        Address.parse(text)
    assert CANARY not in str(raised.value)
