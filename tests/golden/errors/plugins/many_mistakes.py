from __future__ import annotations

from somewhere import BASE

from ablate.plugins import register
from ablate.spec.sections import LossOptions, ModelOptions

NAME = "named"


@register("modle", "first")
class First(ModelOptions):
    pass


@register("model", NAME)
class Second(ModelOptions):
    pass


@register("model", "basenet")
class Third(ModelOptions):
    pass


@register("loss", "fourth")
class Fourth(ModelOptions):
    pass


@register("loss", "fifth")
class Fifth(LossOptions):
    weights: list[float]


@register("metric", "sixth")
def sixth(counts):
    return BASE


@register("metric", "seventh", direction="max", tilte="Seventh")
def seventh(counts):
    return BASE
