from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ablate.data.prepared import PreparedData
from ablate.engine.assemble import assemble
from ablate.engine.seeding import start_stream
from ablate.engine.trainer import Trainer
from ablate.spec.config import TrialConfig

Configure = Callable[..., TrialConfig]


def draws() -> tuple[Any, ...]:
    return torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()  # noqa: S311


def test_a_stream_starts_over_and_differs_from_others() -> None:
    found = []
    for stream in ((0, "init", 0), (0, "init", 0), (0, "train", 0), (0, "init", 1), (1, "init", 0)):
        start_stream(*stream)
        found.append(draws())
    assert found[0] == found[1]
    for generator in zip(*found[1:], strict=True):
        assert len({str(drawn) for drawn in generator}) == 4


def trainer(config: TrialConfig, data: PreparedData, seed: int = 0) -> Trainer:
    return assemble(config, data, seed=seed, device="cpu")


def weights(item: Trainer, prefix: str = "") -> list[torch.Tensor]:
    state = item.model.state_dict()
    return [value for name, value in state.items() if name.startswith(prefix)]


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_the_seed_alone_decides_the_initial_weights(
    stripes: PreparedData, configure: Configure
) -> None:
    torch.manual_seed(12345)
    first = weights(trainer(configure(), stripes))
    larger = configure(data={"name": "digits", "batch_size": 7})
    assert same(first, weights(trainer(larger, stripes)))
    assert not same(first, weights(trainer(configure(), stripes, seed=1)))


def test_a_different_model_sees_the_images_in_the_same_order(
    stripes: PreparedData, configure: Configure
) -> None:
    other = configure(model={"name": "basenet", "channels": (3,), "kernel_size": 3, "dropout": 0.5})
    orders = []
    for config in (configure(), other):
        built = trainer(config, stripes)
        built.train_epoch(1, _Unwatched())  # type: ignore[arg-type]
        orders.append(torch.cat([batch.target for batch in built.batches.epoch(2)]))
    assert torch.equal(*orders)


class _Unwatched:
    def after_step(self, *_: object) -> None:
        pass
