"""The classes of ablate that a plugin's classes may derive from, found without importing the plugin."""

from __future__ import annotations

from functools import cache

from ablate.registry import load, table
from ablate.spec import sections
from ablate.spec.options import Options

#: Kind of member to the class that its members derive from. Metrics are functions.
SECTIONS: dict[str, type[Options]] = {
    "augmentation": sections.AugmentOptions,
    "data set": sections.DataOptions,
    "loss": sections.LossOptions,
    "model": sections.ModelOptions,
    "optimizer": sections.OptimizerOptions,
    "scheduler": sections.SchedulerOptions,
}

#: The kinds of member that a plugin can register.
KINDS = (*SECTIONS, "metric")

_SHARED = {
    "ablate.data.ImageClassification": "ablate.data.dataset:ImageClassification",
    "ablate.data.SemanticSegmentation": "ablate.data.dataset:SemanticSegmentation",
    "ablate.data.augment.step.Augmentation": "ablate.data.augment.step:Augmentation",
    "ablate.data.dataset.ImageClassification": "ablate.data.dataset:ImageClassification",
    "ablate.data.dataset.SemanticSegmentation": "ablate.data.dataset:SemanticSegmentation",
    "ablate.optim.schedulers.base.TorchSchedulerOptions": (
        "ablate.optim.schedulers.base:TorchSchedulerOptions"
    ),
}


def known_base(dotted: str) -> type[Options] | None:
    """The class of ablate that has this dotted name; ``None`` for any other name.

    >>> known_base("ablate.spec.sections.ModelOptions").__name__
    'ModelOptions'
    >>> known_base("torch.nn.Module")
    """
    if not dotted.startswith("ablate."):
        return None
    for base in SECTIONS.values():
        if dotted == f"{base.__module__}.{base.__qualname__}":
            return base
    target = _targets().get(dotted)
    found = load(target) if target else None
    return found if isinstance(found, type) and issubclass(found, Options) else None


@cache
def _targets() -> dict[str, str]:
    """Dotted name to ``"module:attribute"`` of every class that a plugin may build upon."""
    members = {
        target.replace(":", "."): target
        for kind in SECTIONS
        for target in table(kind).targets().values()
    }
    return {**members, **_SHARED}
