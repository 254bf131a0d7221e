"""The contract of losses: cases for every line of the table, and what each must fulfil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ablate.registry import table
from ablate.spec.options import to_tree
from ablate.spec.sections import LossOptions


@dataclass(frozen=True, slots=True)
class LossCase:
    """A loss with options, tried on four classes."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def parse(self) -> LossOptions:
        """The options as a study file would give them."""
        tree = {"name": self.name, **self.options}
        parsed: LossOptions = table("loss").get(self.name).model_validate(tree)
        return parsed

    def __str__(self) -> str:
        return f"{self.name} {dict(self.options)}"


CASES = (
    LossCase("cross_entropy"),
    LossCase("cross_entropy", {"label_smoothing": 0.1, "class_weights": "balanced"}),
    LossCase("focal"),
    LossCase("focal", {"gamma": 0.5, "class_weights": (1.0, 2.0, 3.0, 4.0)}),
)


def check_loss(case: LossCase) -> None:
    """Assert that a loss is a finite scalar that falls along its gradient."""
    import numpy as np
    import torch

    options = case.parse()
    assert type(options).model_validate(to_tree(options)) == options
    assert options.problems(4) == []
    loss = options.build(np.array([10, 20, 30, 40]), "cpu")
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(8, 4, generator=generator, requires_grad=True)
    target = torch.arange(8) % 4
    before = loss(logits, target)
    assert before.shape == ()
    assert before.dtype == torch.float32
    (slope,) = torch.autograd.grad(before, logits)
    assert loss(logits - 0.1 * slope, target) < before
    assert loss(logits.detach().bfloat16(), target).dtype == torch.float32
    _check_certain(loss)


def _check_certain(loss: Any) -> None:
    """A prediction that is certain, right or wrong, gives a finite loss and gradient."""
    import torch

    logits = (200.0 * torch.eye(4)).requires_grad_()
    for target in (torch.arange(4), (torch.arange(4) + 1) % 4):
        value = loss(logits, target)
        (slope,) = torch.autograd.grad(value, logits)
        assert torch.isfinite(value)
        assert torch.isfinite(slope).all()
