from __future__ import annotations

import pytest

from ablate.metrics import TABLE
from ablate.testing.metric_cases import check_metric


@pytest.mark.parametrize("name", TABLE.names())
def test_every_metric_keeps_the_contract(name: str) -> None:
    check_metric(name, TABLE.get(name))
