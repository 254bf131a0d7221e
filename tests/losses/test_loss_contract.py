from __future__ import annotations

import pytest

from ablate.losses import TABLE
from ablate.testing.loss_cases import CASES, LossCase, check_loss


@pytest.mark.parametrize("case", CASES, ids=str)
def test_loss_fulfils_the_contract(case: LossCase) -> None:
    check_loss(case)


def test_every_line_of_the_table_has_a_case() -> None:
    assert {case.name for case in CASES} == set(TABLE.names())
