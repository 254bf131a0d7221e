"""Masks to try losses on, and the soft counts of each class in NumPy's float64."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ablate.spec.sections import IGNORE_INDEX

#: Training pixels of each of the three classes.
COUNTS = np.array([50, 30, 20])

LOGITS = 2 * torch.randn(2, 3, 5, 4, generator=torch.Generator().manual_seed(0))
TARGET = torch.randint(3, (2, 5, 4), generator=torch.Generator().manual_seed(1))
TARGET[0, 0] = TARGET[1, :, 2] = IGNORE_INDEX

Counts = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def pixels(logits: torch.Tensor, target: torch.Tensor) -> tuple[NDArray[np.float64], list[int]]:
    """Class probabilities (P, C) and classes of the pixels that count."""
    found, labels = [], []
    for image, mask in zip(logits.double().numpy(), target.numpy(), strict=True):
        for row, column in np.ndindex(mask.shape):
            if mask[row, column] != IGNORE_INDEX:
                shifted = np.exp(image[:, row, column] - image[:, row, column].max())
                found.append(shifted / shifted.sum())
                labels.append(int(mask[row, column]))
    return np.array(found), labels


def soft_counts(logits: torch.Tensor, target: torch.Tensor) -> Counts:
    """True positives, false positives and false negatives of each class."""
    found, labels = pixels(logits, target)
    tp, fp, fn = np.zeros(3), np.zeros(3), np.zeros(3)
    for probability, label in zip(found, labels, strict=True):
        for index in range(3):
            if index == label:
                tp[index] += probability[index]
                fn[index] += 1 - probability[index]
            else:
                fp[index] += probability[index]
    return tp, fp, fn
