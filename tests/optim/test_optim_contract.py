from __future__ import annotations

import pytest

from ablate.optim import OPTIMIZERS, SCHEDULERS
from ablate.testing.optim_cases import (
    SCHEDULER_CASES,
    SchedulerCase,
    check_optimizer,
    check_scheduler,
)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_optimizer_fulfils_the_contract(name: str) -> None:
    check_optimizer(name)


@pytest.mark.parametrize("case", SCHEDULER_CASES, ids=str)
def test_scheduler_fulfils_the_contract(case: SchedulerCase) -> None:
    check_scheduler(case)


def test_every_line_of_the_table_has_a_case() -> None:
    assert {case.name for case in SCHEDULER_CASES} == set(SCHEDULERS.names())
