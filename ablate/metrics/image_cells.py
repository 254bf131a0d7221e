"""The confusion counts of each image, gathered on the device."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ablate.outcomes import Outcomes


class ImageCells:
    """Counts of predictions (K classes) against masks (S classes), image by image, those that are not 0.

    An image of real masks holds few of the S x K cells, so that thousands of images take little memory.
    """

    def __init__(self, num_true: int, num_predicted: int, device: torch.device | str) -> None:
        self._shape = (num_true, num_predicted)
        self._sum = torch.zeros(num_true * num_predicted, dtype=torch.int64, device=device)
        self._found: list[Tensor] = []
        self._images = 0

    def add(self, rows: Tensor, predicted: Tensor) -> None:
        """Count the next n images; void pixels count nowhere.

        Args:
            rows: (n, h, w) int64, true classes, S for void; it is overwritten.
            predicted: (n, h, w) int64.
        """
        number, kept = len(rows), self._sum.numel()
        size = kept + self._shape[1]  # one row more than there are classes takes the void pixels
        first = torch.arange(0, number * size, size, device=rows.device)
        place = rows.mul_(self._shape[1]).add_(predicted).add_(first.view(-1, 1, 1))
        cells = torch.bincount(place.flatten(), minlength=number * size).view(number, size)
        cells = cells[:, :kept]
        self._sum += cells.sum(0)
        image, cell = cells.nonzero(as_tuple=True)
        self._found.append(torch.stack([image + self._images, cell, cells[image, cell]]))
        self._images += number

    def total(self) -> NDArray[np.int64]:
        """(S, K) int64: the counts of all images (synchronises)."""
        return np.array(self._sum.cpu().numpy()).reshape(self._shape)

    def outcomes(self) -> Outcomes | None:
        """The counts of each image (synchronises); ``None`` before the first one."""
        if not self._found:
            return None
        image, cell, count = torch.cat(self._found, dim=1).cpu().numpy()
        true, predicted = np.divmod(cell, self._shape[1])
        return Outcomes(self._images, image, true, predicted, count)
