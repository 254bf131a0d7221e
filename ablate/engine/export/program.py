"""A network with its input normalisation as one program of torch's own operators.

Shapes: images (N, C, H, W) float32 in 0..1; N is free, C, H and W are those of training.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ablate.models.refusals import explained
from ablate.spec.values import ImageShape, Normalization

#: What torch notes of where each operator came from: paths and lines of source files on this machine.
_ORIGINS = ("nn_module_stack", "source_fn_stack", "stack_trace", "torch_fn")


class NormalizedNetwork(nn.Module):
    """``network`` of images as they are stored: it normalises them exactly as evaluation does.

    It gives logits (N, K) or (N, K, H, W), or with ``flat`` the representation (N, F) of an encoder.
    """

    scale: Tensor
    offset: Tensor

    def __init__(
        self, network: nn.Module, normalization: Normalization, *, flat: bool = False
    ) -> None:
        super().__init__()
        mean, std = (
            torch.tensor(values).view(-1, 1, 1)
            for values in (normalization.mean, normalization.std)
        )
        self.network = network
        self.flat = flat
        self.register_buffer("scale", 1 / (255 * std))
        self.register_buffer("offset", -mean / std)

    def forward(self, image: Tensor) -> Tensor:
        """Images (N, C, H, W) in 0..1 to what the network makes of them."""
        # evaluation multiplies the stored 0..255, which k / 255 * 255 gives back to the last bit
        normalized = torch.addcmul(self.offset, image * 255, self.scale)
        found: Tensor = self.network(normalized.contiguous(memory_format=torch.channels_last))
        return found.flatten(1) if self.flat else found


def write_program(model: NormalizedNetwork, name: str, shape: ImageShape, path: Path) -> None:
    """``model`` in evaluation mode as a ``.pt2`` file, for any number of images of ``shape``.

    Nothing in it is pickled, and nothing tells of this machine. ``name`` is the network's, for errors.

    Raises:
        ablate.errors.TrialError: torch cannot turn the network into a program.
    """
    placed = model.eval().to(memory_format=torch.channels_last)
    batch = torch.export.Dim("batch", min=1)
    images = torch.rand(2, shape.channels, shape.height, shape.width)
    what = f"torch.export cannot turn model {name} into a program for images of {shape}"
    remedy = "export its weights and configuration alone with --weights-only"
    with explained(what, remedy), torch.no_grad(), _quiet():
        program = torch.export.export(placed, (images,), dynamic_shapes={"image": {0: batch}})
        _forget_origins(program)
        torch.export.save(program, path)


def _forget_origins(program: Any) -> None:
    program._example_inputs = None  # torch would pickle them
    for module in program.graph_module.modules():
        for node in module.graph.nodes if isinstance(module, torch.fx.GraphModule) else ():
            for key in _ORIGINS:
                node.meta.pop(key, None)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's remarks about its own doings."""
    logger = logging.getLogger("torch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
