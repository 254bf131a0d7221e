"""Heads that begin with nearly equal logits (this module imports torch)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

#: Of the weights; as in linear probes of pre-trained networks (He et al., 2022, use the same).
STD = 0.01


@torch.no_grad()
def make_small(net: nn.Module, head: Iterable[str]) -> None:
    """Draw the weights of the modules named ``head`` anew, and set their biases to 0.

    A large first head costs a frozen encoder many steps: timm scales that of EfficientNets by the number of classes
    alone, which for two gives weights of up to 0.7 where PyTorch's own layers have 0.03.
    """
    for name in head:
        for parameter_name, parameter in net.get_submodule(name).named_parameters():
            if parameter_name.endswith("bias"):
                nn.init.zeros_(parameter)
            else:
                nn.init.normal_(parameter, std=STD)
