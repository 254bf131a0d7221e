from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.functional import cross_entropy

from ablate.data.batches import TrainBatches
from ablate.data.prepared import PreparedData
from ablate.engine.assemble import assemble
from ablate.engine.seeding import start_stream
from ablate.engine.watch import Watch
from ablate.spec.config import TrialConfig

Configure = Callable[..., TrialConfig]


def test_training_is_the_loop_that_everybody_writes(
    stripes: PreparedData, configure: Configure
) -> None:
    config = configure(
        optimizer={"name": "sgd", "lr": 0.05, "momentum": 0.9},
        train={"epochs": 2, "clip_norm": 0.5},
    )
    trainer = assemble(config, stripes, seed=3, device="cpu")
    for epoch in (1, 2):
        trainer.train_epoch(epoch, Watch(None))

    start_stream(3, "init")
    model = config.model.build(stripes.shape, 6)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    batches = TrainBatches(
        stripes.splits["train"],
        stripes.labels,
        batch_size=50,
        augment=(),
        normalization=stripes.normalization,
        device="cpu",
        seed=3,
    )
    for epoch in (1, 2):
        start_stream(3, "train", epoch)
        for batch in batches.epoch(epoch):
            optimizer.zero_grad()
            cross_entropy(model(batch.image), batch.target).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()

    for name, value in model.state_dict().items():
        torch.testing.assert_close(trainer.model.state_dict()[name], value, rtol=1e-3, atol=1e-5)
