"""The contract of losses: cases for every line of the table, and what each must fulfil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ablate.registry import table
from ablate.spec.options import to_tree
from ablate.spec.sections import IGNORE_INDEX, LossOptions

if TYPE_CHECKING:
    import torch

#: Images, classes, height and width that losses of segmentation are tried on.
MASKS = (3, 4, 4, 3)


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

    def build(self) -> Any:
        """The loss for training data of which a tenth is of class 0, two of class 1, ..."""
        import numpy as np

        return self.parse().build(np.array([10, 20, 30, 40]), "cpu")

    def __str__(self) -> str:
        return f"{self.name} {dict(self.options)}"


CASES = (
    LossCase("cross_entropy"),
    LossCase("cross_entropy", {"label_smoothing": 0.1, "class_weights": "balanced"}),
    LossCase("cross_entropy", {"class_weights": "median_frequency"}),
    LossCase("dice"),
    LossCase("dice", {"smooth": 1.0, "log_loss": True}),
    LossCase("focal"),
    LossCase("focal", {"gamma": 0.5, "class_weights": (1.0, 2.0, 3.0, 4.0)}),
    LossCase("jaccard"),
    LossCase("jaccard", {"smooth": 0.5, "log_loss": True}),
    LossCase("lovasz"),
    LossCase("lovasz", {"per_image": True}),
    LossCase("sum", {"terms": ("cross_entropy", {"dice": {"smooth": 1.0}}), "weights": (1.0, 0.5)}),
    LossCase("sum", {"terms": ("focal", {"cross_entropy": {"label_smoothing": 0.1}})}),
    LossCase("tversky"),
    LossCase("tversky", {"alpha": 0.5, "beta": 2.0, "gamma": 0.75, "smooth": 1.0}),
)


def check_loss(case: LossCase) -> None:
    """Assert that a loss fulfils what training relies on, in every task that it suits."""
    import torch

    options = case.parse()
    assert type(options).model_validate(to_tree(options)) == options
    assert options.problems(4) == []
    assert options.tasks, "a loss suits at least one task"
    loss = case.build()
    if "classification" in options.tasks:
        check_values(loss, torch.arange(8) % 4)
    if "segmentation" in options.tasks:
        count, classes, height, width = MASKS
        target = torch.arange(count * height * width).reshape(count, height, width) % classes
        check_values(loss, target)
        target[0, 2:] = target[:, 1] = target[2] = IGNORE_INDEX
        check_values(loss, target)
        check_order(loss, target)


def check_values(loss: Any, target: torch.Tensor) -> None:
    """Assert that a loss is a finite scalar that falls along its gradient, in any precision of the logits."""
    import torch

    logits = random_logits(target).requires_grad_()
    before = loss(logits, target)
    assert before.shape == ()
    assert before.dtype == torch.float32
    (slope,) = torch.autograd.grad(before, logits)
    assert loss(logits - 0.1 * slope, target) < before
    half = logits.detach().bfloat16()
    assert torch.equal(loss(half, target), loss(half.float(), target))
    _check_certain(loss, target)
    _check_all_ignored(loss, logits)


def check_ignored(loss: Any, target: torch.Tensor) -> None:
    """Assert that logits whose targets are ignored neither change a loss nor get a gradient."""
    import torch

    logits = random_logits(target).requires_grad_()
    ignored = (target == IGNORE_INDEX).unsqueeze(1).expand_as(logits)
    value = loss(logits, target)
    assert torch.isfinite(value)
    (slope,) = torch.autograd.grad(value, logits)
    assert torch.isfinite(slope).all()
    assert not slope[ignored].any()
    other = torch.where(ignored, random_logits(target, seed=1), logits)
    assert torch.equal(loss(other, target), value)


def check_order(loss: Any, target: torch.Tensor) -> None:
    """Assert that neither the order of images nor that of pixels changes a loss."""
    import torch

    logits, pixels = random_logits(target), torch.randperm(target[0].numel())
    moved = logits.flatten(2)[..., pixels].reshape(logits.shape).flip(0)
    of_moved = target.flatten(1)[:, pixels].reshape(target.shape).flip(0)
    torch.testing.assert_close(loss(moved, of_moved), loss(logits, target))


def random_logits(target: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """Logits (N, 4, ...) float32 for targets (N, ...)."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    return torch.randn(len(target), 4, *target.shape[1:], generator=generator)


def _check_certain(loss: Any, target: torch.Tensor) -> None:
    """A prediction that is certain, right or wrong, gives a finite loss and gradient."""
    import torch

    for shift in (0, 1):
        predicted = torch.nn.functional.one_hot((target.clamp_min(0) + shift) % 4, 4)
        logits = (200.0 * predicted.movedim(-1, 1)).requires_grad_()
        value = loss(logits, target)
        (slope,) = torch.autograd.grad(value, logits)
        assert torch.isfinite(value)
        assert torch.isfinite(slope).all()


def _check_all_ignored(loss: Any, logits: torch.Tensor) -> None:
    """A batch without any target that counts gives 0 and no gradient."""
    import torch

    target = torch.full((len(logits), *logits.shape[2:]), IGNORE_INDEX)
    value = loss(logits, target)
    assert value.shape == ()
    assert value == 0.0
    (slope,) = torch.autograd.grad(value, logits)
    assert not slope.any()
