from __future__ import annotations

import pytest

from ablate.models import TABLE
from ablate.testing.model_cases import CASES, ModelCase, check_model


@pytest.mark.parametrize("case", CASES, ids=str)
def test_model_fulfils_the_contract(case: ModelCase) -> None:
    check_model(case)


def test_every_line_of_the_table_has_a_case() -> None:
    names = [case.name for case in CASES]
    assert set(TABLE.own_names()) <= set(names)
    for prefix in TABLE.families():
        assert any(name.startswith(prefix) for name in names)
