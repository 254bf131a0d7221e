"""Optimizers, all of torch's, and the schedules of their learning rate."""

from __future__ import annotations

from ablate.registry import Table

OPTIMIZERS = Table("optimizer", {"*": "ablate.optim.optimizers:FAMILY"})

SCHEDULERS = Table(
    "scheduler",
    {
        "constant": "ablate.optim.schedulers.constant:ConstantOptions",
        "cosine": "ablate.optim.schedulers.cosine:CosineOptions",
        "exponential": "ablate.optim.schedulers.exponential:ExponentialOptions",
        "multistep": "ablate.optim.schedulers.multistep:MultiStepOptions",
        "one_cycle": "ablate.optim.schedulers.one_cycle:OneCycleOptions",
        "plateau": "ablate.optim.schedulers.plateau:PlateauOptions",
        "step": "ablate.optim.schedulers.step:StepOptions",
    },
)
