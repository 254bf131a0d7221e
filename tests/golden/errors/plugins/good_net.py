from __future__ import annotations

from typing import Literal

from pydantic import Field

from ablate.plugins import register
from ablate.spec.sections import AugmentOptions, ModelOptions, Probability


@register("model", "good_net")
class GoodNet(ModelOptions):
    width: int = Field(16, ge=1)
    activation: Literal["relu", "gelu"] = "relu"
    hidden: tuple[int, ...] = ()


@register("augmentation", "speckle")
class Speckle(AugmentOptions):
    p: Probability = 0.5
