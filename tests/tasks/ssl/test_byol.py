from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ablate.tasks.ssl.byol import Byol, loss, momentum_at
from ablate.tasks.ssl.modules import Branch, perceptron

SHAPE = (3, 4, 4)


def branch() -> Branch:
    encoder = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten())
    return Branch(encoder, perceptron(24, 10, 5))


def byol(*, momentum: float = 0.9, steps: int = 10) -> Byol:
    torch.manual_seed(0)
    return Byol(branch(), perceptron(5, 8, 5), momentum=momentum, steps=steps)


def views(seed: int = 1, count: int = 6) -> Tensor:
    return torch.rand(2 * count, *SHAPE, generator=torch.Generator().manual_seed(seed))


def test_loss_is_the_sum_over_both_views_of_the_squared_distance_of_unit_vectors() -> None:
    generator = np.random.default_rng(0)
    outputs = generator.normal(size=(2, 8, 5))
    unit = outputs / np.linalg.norm(outputs, axis=-1, keepdims=True)
    distances = ((unit[0] - unit[1]) ** 2).sum(axis=1)
    expected = distances[:4].mean() + distances[4:].mean()
    assert float(loss(torch.from_numpy(outputs))) == pytest.approx(expected, rel=1e-6)


def test_predictions_of_a_view_meet_projections_of_the_other() -> None:
    modules = byol().eval()
    first, second = views().chunk(2)
    assert modules.predictor is not None
    predictions, wanted = modules(views())
    assert torch.equal(predictions[:6], modules.predictor(modules.online(first)))
    assert torch.equal(wanted[:6], modules.target(second))
    assert torch.equal(wanted[6:], modules.target(first))


def test_batch_norm_sees_one_view_at_a_time() -> None:
    modules = byol()
    first, _ = views().chunk(2)
    other = torch.cat([first, views(seed=5).chunk(2)[1]])
    assert torch.equal(modules(views())[0][:6], modules(other)[0][:6])


def test_no_gradient_reaches_the_target() -> None:
    modules = byol()
    loss(modules(views())).backward()  # type: ignore[no-untyped-call]
    assert all(item.grad is None for item in modules.target.parameters())
    assert all(item.grad is not None for item in modules.online.parameters())


def test_the_target_begins_as_the_online_branch_and_follows_it() -> None:
    modules = byol(momentum=0.9, steps=4)
    before = [item.clone() for item in modules.target.parameters()]
    assert all(map(torch.equal, before, modules.online.parameters()))
    with torch.no_grad():
        for item in modules.online.parameters():
            item.add_(torch.rand_like(item))
    modules.after_step()
    modules.after_step()
    first, second = momentum_at(0, 4, 0.9), momentum_at(1, 4, 0.9)
    pairs = zip(before, modules.online.parameters(), modules.target.parameters(), strict=True)
    for old, online, target in pairs:
        expected = second * (first * old + (1 - first) * online) + (1 - second) * online
        assert torch.allclose(target, expected, atol=1e-6)


def test_momentum_rises_along_a_half_cosine() -> None:
    values = [momentum_at(step, 20, 0.99) for step in range(21)]
    assert values[0] == pytest.approx(0.99)
    assert values[20] == 1.0
    assert values == sorted(values)
    assert values[5] == pytest.approx(1 - 0.01 * (1 + math.sqrt(0.5)) / 2)
    assert momentum_at(30, 20, 0.99) == 1.0


def test_the_state_holds_target_and_step() -> None:
    modules = byol()
    modules.after_step()
    other = byol()
    other.load_state_dict(modules.state_dict())
    assert other.step == 1
    assert modules.state_dict().keys() >= {"target.projector.0.weight", "_extra_state"}
