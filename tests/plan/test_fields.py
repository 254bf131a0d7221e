from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from ablate.plan.designs.base import Overrides
from ablate.plan.fields import may_change


@pytest.mark.parametrize("name", ["model", "optimizer.lr", "task.method", "params.lr"])
def test_rows_may_change(name: str) -> None:
    assert may_change(name)


@pytest.mark.parametrize("name", ["task", "task.name", "task.entry", "primary", "primary.metric"])
def test_rows_share(name: str) -> None:
    assert not may_change(name)


def test_another_task_names_what_may_change() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Overrides).validate_python({"task": "ssl"})
    (error,) = caught.value.errors()
    assert error["msg"] == "unknown field 'task'"
    assert "task.method, task.momentum" in error["ctx"]["remedy"]
