from __future__ import annotations

from ablate.plugins import register
from ablate.spec.sections import ModelOptions


@register("model", "good_net")
class AnotherNet(ModelOptions):
    depth: int = 2
