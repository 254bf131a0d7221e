"""An exported network on a device, as it was evaluated in its study (this module imports torch)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ablate.data.source import Pixels
from ablate.engine.device import prepare
from ablate.engine.export.loader import LoadError, load
from ablate.engine.passes import batch_size
from ablate.errors import DataError
from ablate.spec.values import ImageShape


class Network:
    """The network of an exported folder.

    Args:
        folder: what ``ablate export`` wrote.
        device: ``cpu`` or ``cuda:N``; a GPU, if there is one, without it.

    Raises:
        DataError: the folder is damaged, or holds no program.
        TrialError: there is no such device.
    """

    def __init__(self, folder: Path, device: str | None = None) -> None:
        name = device or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            self._model, self.info = load(folder, name)
        except LoadError as error:
            raise DataError(str(error)) from None
        precision: str = self.info["precision"]
        on_cpu = torch.device(name).type == "cpu"
        self._execution = prepare(name, "fp32" if on_cpu and precision == "fp16" else precision)
        self.shape = ImageShape(
            **{side: self.info["input"][side] for side in ImageShape.model_fields}
        )

    @property
    def batch_size(self) -> int:
        """Images that are predicted at once."""
        return batch_size(self.shape, 1)

    def __call__(self, images: Sequence[Pixels]) -> Tensor:
        """Logits (N, K) or (N, K, H, W) float32, on the device, of images (H, W, C) uint8."""
        stacked = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
        with torch.inference_mode(), self._execution.autocast(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's remarks about its own operators
            return self._model(stacked)
