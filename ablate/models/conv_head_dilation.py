"""The dilation of an encoder's last block (this module imports torch)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ablate.errors import TrialError
from ablate.models.conv_head import STRIDE
from ablate.models.encoders_network import Encoder

#: Side of the last map on which the convolutions are looked for; earlier maps are larger.
_SIDE = 4


def dilate_last_block(
    encoder: Encoder, name: str, in_channels: int, *, dilation: int, reset: bool
) -> None:
    """Give the convolutions of :func:`last_block` a dilation, and new weights if ``reset``.

    Raises:
        ablate.errors.TrialError: there are none.
    """
    found = last_block(encoder, in_channels)
    if not found:
        field = "reset_dilated" if dilation == 1 else "dilation"
        raise TrialError(
            f"model.{field}: {name} has no convolution on its last map whose kernel is larger than 1 x 1 and that "
            f"keeps the map's size; set dilation: 1 and reset_dilated: false, or use an encoder such as timm/resnet18"
        )
    for conv in found:
        conv.dilation = (dilation, dilation)
        conv.padding = _keeping(conv)
        if reset:
            conv.reset_parameters()


def last_block(encoder: Encoder, in_channels: int) -> list[nn.Conv2d]:
    """The convolutions that share a module with the last one on the encoder's last map.

    Only those with kernels larger than 1 x 1 that keep the map's size count.
    """
    names = {module: name for name, module in encoder.named_modules()}
    found = [conv for conv in _on_last_map(encoder, in_channels) if _is_spatial(conv)]
    blocks = [names[conv].rpartition(".")[0] for conv in found]
    return [conv for conv, block in zip(found, blocks, strict=True) if block == blocks[-1]]


def _on_last_map(encoder: Encoder, in_channels: int) -> list[nn.Conv2d]:
    """The convolutions whose output has the last map's size, in the order in which an image passes them."""
    found: dict[nn.Conv2d, None] = {}

    def note(conv: nn.Module, _: object, output: Tensor) -> None:
        if isinstance(conv, nn.Conv2d) and output.shape[-2:] == (_SIDE, _SIDE):
            found[conv] = None

    convs = [module for module in encoder.modules() if isinstance(module, nn.Conv2d)]
    hooks = [conv.register_forward_hook(note) for conv in convs]
    side, device = _SIDE * STRIDE, next(encoder.parameters()).device
    training = encoder.training
    with torch.no_grad():
        encoder.eval()(torch.zeros(1, in_channels, side, side, device=device))
    encoder.train(training)
    for hook in hooks:
        hook.remove()
    return list(found)


def _is_spatial(conv: nn.Conv2d) -> bool:
    odd = all(size % 2 for size in conv.kernel_size)
    keeps = conv.stride == (1, 1) and conv.padding == _keeping(conv)
    return odd and keeps and max(conv.kernel_size) > 1


def _keeping(conv: nn.Conv2d) -> tuple[int, int]:
    """The padding with which a convolution of odd kernels and stride 1 keeps the map's size."""
    height, width = (
        spread * (size - 1) // 2
        for spread, size in zip(conv.dilation, conv.kernel_size, strict=True)
    )
    return height, width
