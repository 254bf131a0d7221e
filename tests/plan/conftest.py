"""Plans from study texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ablate.plan.compile import compile_plan
from ablate.plan.types import Plan
from ablate.spec.study import read_draft

HEAD = """\
study: demo
task: classification
data: {name: digits, batch_size: 32}
model: {name: basenet, kernel_size: 3, channels: [4, 8], hidden: [12]}
optimizer: {name: adam, lr: 1e-3}
train: {epochs: 2}
primary: val/accuracy
"""

PlanOf = Callable[..., Plan]


@pytest.fixture
def plan_of(tmp_path: Path) -> PlanOf:
    """Compiles ablations below a common head."""

    def plan(
        ablations: str,
        settings: Sequence[str] = (),
        only: Sequence[str] = (),
        found: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Plan:
        path = tmp_path / "study.yaml"
        path.write_text(f"{HEAD}ablations:\n{ablations}")
        return compile_plan(read_draft(path, settings=settings), only, found or {})

    return plan
