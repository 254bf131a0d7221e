"""The contract of optimizers and schedules, and cases for every line of their tables."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ablate.registry import table
from ablate.spec.options import to_tree
from ablate.spec.sections import OptimizerOptions, SchedulerOptions

if TYPE_CHECKING:
    import torch

EPOCHS = 4
STEPS_PER_EPOCH = 3


@dataclass(frozen=True, slots=True)
class SchedulerCase:
    """A schedule with options, for a training of 4 epochs of 3 steps."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def parse(self) -> SchedulerOptions:
        """The options as a study file would give them."""
        tree = {"name": self.name, **self.options}
        parsed: SchedulerOptions = table("scheduler").get(self.name).model_validate(tree)
        return parsed

    def __str__(self) -> str:
        return f"{self.name} {dict(self.options)}"


SCHEDULER_CASES = (
    SchedulerCase("constant"),
    SchedulerCase("constant", {"warmup_epochs": 1.5}),
    SchedulerCase("cosine", {"min_lr": 1e-5, "warmup_epochs": 1.0}),
    SchedulerCase("exponential", {"gamma": 0.9}),
    SchedulerCase("multistep", {"milestones": (1, 3)}),
    SchedulerCase("one_cycle"),
    SchedulerCase("one_cycle", {"max_lr": 0.5, "anneal": "linear", "three_phase": True}),
    SchedulerCase("plateau", {"patience": 0, "warmup_epochs": 0.5}),
    SchedulerCase("step", {"step_size": 2, "gamma": 0.5}),
)


def check_optimizer(name: str) -> None:
    """Assert that an optimizer lowers a loss, and goes on exactly from its state."""
    import torch

    options: OptimizerOptions = table("optimizer").get(name)(name=name)
    assert type(options).model_validate(to_tree(options)) == options
    net = _net()
    optimizer = options.build(list(net.parameters()))
    losses = [_step(net, optimizer) for _ in range(5)]
    assert losses[-1] < losses[0], f"{name} does not lower the loss: {losses}"

    twin = _net()
    twin.load_state_dict(net.state_dict())
    resumed = options.build(list(twin.parameters()))
    resumed.load_state_dict(deepcopy(optimizer.state_dict()))
    for _ in range(3):
        assert _step(twin, resumed) == _step(net, optimizer)
    pairs = zip(net.parameters(), twin.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def check_scheduler(case: SchedulerCase) -> None:
    """Assert that rates stay positive and finite, and that a schedule goes on exactly from its state."""
    options = case.parse()
    assert type(options).model_validate(to_tree(options)) == options
    whole = _rates(options, stop_after=None)
    assert len(whole) == EPOCHS * STEPS_PER_EPOCH
    assert all(0.0 < rate < float("inf") for rate in whole)
    for stop_after in range(1, EPOCHS * STEPS_PER_EPOCH):
        assert _rates(options, stop_after=stop_after) == whole


def _rates(options: SchedulerOptions, stop_after: int | None) -> list[float]:
    """The rate of every step; training is taken up anew from its state after ``stop_after`` steps."""
    import torch

    def begin() -> tuple[torch.optim.Optimizer, Any]:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9)
        return optimizer, options.build(optimizer, EPOCHS, STEPS_PER_EPOCH)

    optimizer, schedule = begin()
    rates: list[float] = []
    for epoch in range(EPOCHS):
        for _ in range(STEPS_PER_EPOCH):
            if len(rates) == stop_after:
                state = schedule.state_dict(), optimizer.state_dict()
                optimizer, schedule = begin()
                schedule.load_state_dict(state[0])
                optimizer.load_state_dict(state[1])
            rates.append(schedule.lr)
            optimizer.step()
            schedule.after_step()
        schedule.after_epoch(-float(epoch % 2))
    return rates


def _net() -> torch.nn.Module:
    import torch

    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(16, 3)
    )


def _step(net: torch.nn.Module, optimizer: torch.optim.Optimizer) -> float:
    import torch

    generator = torch.Generator().manual_seed(1)
    images = torch.randn(12, 1, 4, 4, generator=generator)
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(images), torch.arange(12) % 3)
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.item()
