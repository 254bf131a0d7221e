from __future__ import annotations

import pytest

from ablate.plan.designs import TABLE
from ablate.testing.design_cases import EXAMPLES, check_design


@pytest.mark.parametrize("name", TABLE.names())
def test_design(name: str) -> None:
    check_design(name, TABLE.get(name), EXAMPLES[name])
