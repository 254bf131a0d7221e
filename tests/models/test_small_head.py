from __future__ import annotations

import pytest
import torch

from ablate.models.small_head import STD
from ablate.registry import table
from ablate.spec.values import ImageShape

SHAPE = ImageShape(channels=3, height=64, width=64)


@pytest.mark.parametrize("name", ["timm/efficientnet_lite0", "torchvision/mobilenet_v2"])
def test_a_small_head_begins_with_nearly_equal_logits_and_nothing_else_changes(name: str) -> None:
    options = table("model").get(name)
    nets = {}
    for head_init in ("library", "small"):
        torch.manual_seed(0)
        chosen = options.model_validate({"name": name, "head_init": head_init})
        nets[head_init] = chosen.build(SHAPE, 2)
    (head,) = chosen.head(nets["small"])
    own, small = (net.state_dict() for net in nets.values())
    assert torch.all(small[f"{head}.bias"] == 0.0)
    assert float(small[f"{head}.weight"].std()) == pytest.approx(STD, rel=0.1)
    changed = {key for key in own if not torch.equal(own[key], small[key])}
    assert f"{head}.weight" in changed <= {f"{head}.weight", f"{head}.bias"}


def test_it_belongs_to_the_identity_only_where_it_is_small() -> None:
    from ablate.spec.options import identity_tree

    options = table("model").get("timm/efficientnet_lite0")
    plain = options.model_validate({"name": "timm/efficientnet_lite0"})
    small = options.model_validate({"name": "timm/efficientnet_lite0", "head_init": "small"})
    assert "head_init" not in identity_tree(plain)
    assert identity_tree(small)["head_init"] == "small"
