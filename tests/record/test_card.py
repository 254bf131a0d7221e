from __future__ import annotations

from ablate.record.card import one_line, recordable
from ablate.record.keys import MAX_PARAM, MAX_TAG
from ablate.testing.recorder_cases import card


def test_secrets_leave_every_field() -> None:
    canary = "canary-0815"
    address = f"https://u:{canary}@h/x"
    dirty = card(
        name=address,
        factors={"a.token": canary, "b.root": address},
        headline={"api_key": canary},
        config_yaml=f"token: {canary}\nroot: {address}\n",
        tags={"git.remote": address, "password": canary},
    )
    assert canary not in repr(recordable(dirty))


def test_long_values_are_cut_where_one_sees_it() -> None:
    clean = recordable(card(factors={"a.b": "x" * 10_000}, tags={"t": "y" * 10_000}))
    assert len(clean.factors["a.b"]) == MAX_PARAM
    assert len(clean.tags["t"]) == MAX_TAG
    assert clean.factors["a.b"].endswith("(cut: config.yaml has it whole)")


def test_what_is_fit_to_record_stays() -> None:
    assert recordable(card()) == card()


def test_a_reason_is_one_line() -> None:
    assert one_line("CUDA error:\n  device-side\tassert") == "CUDA error: device-side assert"
    assert len(one_line("x" * 10_000)) == MAX_TAG
