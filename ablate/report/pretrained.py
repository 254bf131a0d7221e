"""Where a network's first weights come from, in a word or two."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from ablate.report.number_format import ABSENT
from ablate.spec.config import Config
from ablate.spec.options import to_tree


def pretrained(config: Config) -> str:
    """``no`` for random weights, ``yes (imagenet)`` for others; ``-`` of scripts and of plugins that do not say."""
    training = config.training
    if training is None:
        return ABSENT
    model = training.model
    if "weights" not in type(model).model_fields:
        return ABSENT if type(model).__plugin_files__ else "no"
    origin = origin_of(to_tree(model)["weights"])
    return f"yes ({origin})" if origin else "no"


def origin_of(weights: object) -> str:
    """What a ``weights`` field names; empty for random ones.

    >>> origin_of("random"), origin_of("imagenet"), origin_of({"stage": "byol"})
    ('', 'imagenet', 'stage byol')
    >>> origin_of({"path": "weights/mobilenet_v2.pth"})
    'mobilenet_v2.pth'
    """
    if not isinstance(weights, Mapping):
        return "" if weights in (None, "random") else str(weights)
    if "path" in weights:
        return PurePath(str(weights["path"])).name
    kind, name = next(iter(weights.items()))
    return f"{kind} {name}"
