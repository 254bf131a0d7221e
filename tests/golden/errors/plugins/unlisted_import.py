from __future__ import annotations

from good_net import GoodNet

from ablate.plugins import register


@register("model", "better_net")
class BetterNet(GoodNet):
    depth: int = 2
