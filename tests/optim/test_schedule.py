from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import pytest
import torch
from torch.optim import lr_scheduler

from ablate.optim import OPTIMIZERS, SCHEDULERS
from ablate.optim.schedule import Schedule
from ablate.testing.optim_cases import SCHEDULER_CASES, SchedulerCase

EPOCHS, STEPS = 6, 4


def sgd(lr: float = 0.1) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=lr, momentum=0.9)


def rates(tree: dict[str, object], values: list[float] | None = None) -> list[float]:
    """The rate of each step as a training sees it; ``values`` is what each epoch monitors."""
    optimizer = sgd()
    options = SCHEDULERS.get(str(tree["name"])).model_validate(tree)
    schedule = options.build(optimizer, EPOCHS, STEPS)
    found = []
    for epoch in range(EPOCHS):
        for _ in range(STEPS):
            assert schedule.lr == optimizer.param_groups[0]["lr"]
            found.append(schedule.lr)
            optimizer.step()
            schedule.after_step()
        schedule.after_epoch(values[epoch] if values else 0.0)
    return found


def torchs(
    make: Callable[[torch.optim.Optimizer], object], *, per_step: bool = False
) -> list[float]:
    optimizer = sgd()
    scheduler = make(optimizer)
    found = []
    for _ in range(EPOCHS):
        for _ in range(STEPS):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_step:
                scheduler.step()
        if not per_step:
            scheduler.step()
    return found


@pytest.mark.parametrize(
    ("tree", "make"),
    [
        ({"name": "constant"}, lambda o: lr_scheduler.ConstantLR(o, 1.0)),
        ({"name": "step", "step_size": 2, "gamma": 0.9}, lambda o: lr_scheduler.StepLR(o, 2, 0.9)),
        (
            {"name": "multistep", "milestones": (2, 3)},
            lambda o: lr_scheduler.MultiStepLR(o, [2, 3]),
        ),
        ({"name": "exponential", "gamma": 0.8}, lambda o: lr_scheduler.ExponentialLR(o, 0.8)),
        (
            {"name": "cosine", "min_lr": 0.01},
            lambda o: lr_scheduler.CosineAnnealingLR(o, EPOCHS, 0.01),
        ),
    ],
)
def test_epochs_move_as_torchs(
    tree: dict[str, object], make: Callable[[torch.optim.Optimizer], object]
) -> None:
    assert rates(tree) == torchs(make)


@pytest.mark.parametrize("anneal", ["cos", "linear"])
def test_one_cycle_moves_as_torchs(anneal: str) -> None:
    tree = {"name": "one_cycle", "max_lr": 0.3, "pct_start": 0.4, "anneal": anneal}
    assert rates(tree) == torchs(
        lambda o: lr_scheduler.OneCycleLR(
            o, 0.3, epochs=EPOCHS, steps_per_epoch=STEPS, pct_start=0.4, anneal_strategy=anneal
        ),
        per_step=True,
    )


def test_one_cycle_ends_low_and_peaks_at_the_optimizers_rate() -> None:
    optimizer = sgd()
    schedule = SCHEDULERS.get("one_cycle")().build(optimizer, EPOCHS, STEPS)
    seen = []
    for _ in range(EPOCHS * STEPS):
        seen.append(schedule.lr)
        optimizer.step()
        schedule.after_step()
    assert max(seen) == pytest.approx(0.1, rel=0.01)
    assert schedule.lr == seen[-1] == min(seen) > 0.0


def test_one_cycle_needs_a_momentum_to_cycle() -> None:
    adagrad = OPTIMIZERS.get("adagrad")().build([torch.nn.Parameter(torch.ones(1))])
    with pytest.raises(Exception, match="cycle_momentum: false") as caught:
        SCHEDULERS.get("one_cycle")().build(adagrad, 2, 2)
    assert type(caught.value).__name__ == "TrialError"
    assert SCHEDULERS.get("one_cycle")(cycle_momentum=False).build(adagrad, 2, 2).lr < 0.01


def test_plateau_falls_after_the_patience_for_values_where_larger_is_better() -> None:
    values = [-1.0, -0.9, -0.95, -0.9, -0.7, -0.8]
    found = rates({"name": "plateau", "patience": 1, "factor": 0.5}, values)
    assert found[::STEPS] == [0.1, 0.1, 0.1, 0.1, 0.05, 0.05]


def test_plateau_takes_a_slightly_worse_negative_value_for_worse() -> None:
    values = [-1.0, -1.00005, -1.00005, -1.00005, -1.00005, -1.00005]
    found = rates({"name": "plateau", "patience": 3, "factor": 0.5}, values)
    assert found[-1] == 0.05


def test_plateau_needs_a_value() -> None:
    schedule = SCHEDULERS.get("plateau")().build(sgd(), EPOCHS, STEPS)
    with pytest.raises(ValueError, match="monitored"):
        schedule.after_epoch(None)


def test_warm_up_is_torchs_linear_one() -> None:
    steps = 10
    theirs = torchs(
        lambda o: lr_scheduler.LinearLR(o, start_factor=1 / steps, total_iters=steps - 1),
        per_step=True,
    )
    assert rates({"name": "constant", "warmup_epochs": 2.5}) == pytest.approx(theirs)


@pytest.mark.parametrize("case", SCHEDULER_CASES, ids=str)
def test_warm_up_multiplies_any_schedule(case: SchedulerCase) -> None:
    tree = {"name": case.name, **case.options, "warmup_epochs": 0.0}
    values = [-1.0] * EPOCHS
    plain = rates(tree, values)
    warm = rates(tree | {"warmup_epochs": 2.0}, values)
    factors = [min(1.0, (step + 1) / (2 * STEPS)) for step in range(EPOCHS * STEPS)]
    assert warm == pytest.approx([rate * by for rate, by in zip(plain, factors, strict=True)])


def test_every_group_moves() -> None:
    weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
    groups = [{"params": [weights[0]], "lr": 1.0}, {"params": [weights[1]], "lr": 0.1}]
    optimizer = torch.optim.SGD(groups)
    schedule = SCHEDULERS.get("exponential")(gamma=0.5, warmup_epochs=0.5).build(optimizer, 4, 4)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.05]
    for _ in range(4):
        optimizer.step()
        schedule.after_step()
    schedule.after_epoch(None)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.05]


@pytest.mark.parametrize("case", SCHEDULER_CASES, ids=str)
@pytest.mark.parametrize("first", ["schedule", "optimizer"])
def test_going_on_from_a_file_is_exact(case: SchedulerCase, first: str) -> None:
    """Rate and momentum alike, whichever state is loaded first."""

    def begin() -> tuple[torch.optim.Optimizer, Schedule]:
        optimizer = sgd()
        return optimizer, case.parse().build(optimizer, EPOCHS, STEPS)

    def advance(optimizer: torch.optim.Optimizer, schedule: Schedule) -> tuple[float, float]:
        optimizer.step()
        schedule.after_step()
        return schedule.lr, optimizer.param_groups[0]["momentum"]

    optimizer, schedule = begin()
    for _ in range(STEPS + 2):
        advance(optimizer, schedule)
    stream = io.BytesIO()
    torch.save({"schedule": schedule.state_dict(), "optimizer": optimizer.state_dict()}, stream)
    stream.seek(0)
    state = torch.load(stream, weights_only=True)

    resumed_optimizer, resumed = begin()
    for name in (first, "optimizer" if first == "schedule" else "schedule"):
        owner = resumed if name == "schedule" else resumed_optimizer
        owner.load_state_dict(state[name])
    assert resumed.lr == schedule.lr
    for _ in range(2 * STEPS):
        assert advance(resumed_optimizer, resumed) == advance(optimizer, schedule)


@pytest.mark.parametrize("case", SCHEDULER_CASES, ids=str)
def test_torch_has_nothing_to_warn_about(case: SchedulerCase) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rates({"name": case.name, **case.options}, [0.0] * EPOCHS)
