"""How far a trial has come: everything but the weights being trained and the optimizer's memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ablate.engine.early_stopping import Best
from ablate.metrics.confusion import ConfusionMatrix
from ablate.metrics.counts import Counts
from ablate.outcomes import Outcomes

Weights = dict[str, Tensor]

#: The arrays of :class:`Outcomes`.
_OUTCOMES = ("image", "true", "predicted", "count")


@dataclass(frozen=True, slots=True)
class ScoredEpoch:
    """What was counted in one epoch: while training on ``train``, and then on ``val``."""

    epoch: int
    train: Counts
    val: Counts


@dataclass(frozen=True, slots=True)
class TrainState:
    """The state after ``epoch`` epochs.

    ``chosen`` is the epoch that ``train.checkpoint`` chooses so far; ``weights`` are its weights under
    ``checkpoint: best``, ``None`` under ``last``. ``monitored`` is the best of the monitored metric,
    ``best`` that of each validation metric. Durations include those of interrupted attempts.
    """

    epoch: int = 0
    monitored: Best = field(default_factory=Best)
    best: Mapping[str, Best] = field(default_factory=dict)
    chosen: ScoredEpoch | None = None
    weights: Weights | None = None
    duration_s: float = 0.0
    train_duration_s: float = 0.0

    def to_plain(self) -> dict[str, Any]:
        """As numbers, tensors and mappings, for a checkpoint."""
        chosen = self.chosen and {
            "epoch": self.chosen.epoch,
            "train": _plain_counts(self.chosen.train),
            "val": _plain_counts(self.chosen.val),
        }
        return {
            "epoch": self.epoch,
            "monitored": asdict(self.monitored),
            "best": {name: asdict(best) for name, best in self.best.items()},
            "chosen": chosen,
            "weights": self.weights,
            "duration_s": self.duration_s,
            "train_duration_s": self.train_duration_s,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> TrainState:
        """The inverse of :meth:`to_plain`."""
        monitored = Best(**plain["monitored"])
        best = {name: Best(**values) for name, values in plain["best"].items()}
        chosen = plain["chosen"] and _scored(plain["chosen"])
        return cls(**{**plain, "monitored": monitored, "best": best, "chosen": chosen})


def _plain_counts(counts: Counts) -> dict[str, Any]:
    return {
        "confusion": torch.from_numpy(counts.confusion.counts),
        "images": counts.images,
        "loss_sum": counts.loss_sum,
        "top5_hits": counts.top5_hits,
        "source": _tensor(counts.source),
        "pixel_ap": _tensor(counts.pixel_ap),
        "projection_std": counts.projection_std,
        "outcomes": _plain_outcomes(counts.outcomes),
    }


def _plain_outcomes(outcomes: Outcomes | None) -> dict[str, Any] | None:
    if outcomes is None:
        return None
    arrays = {name: getattr(outcomes, name) for name in _OUTCOMES}
    tensors = {name: torch.from_numpy(array.astype(np.int32)) for name, array in arrays.items()}
    return {"images": outcomes.images, **tensors}


def _scored(plain: dict[str, Any]) -> ScoredEpoch:
    return ScoredEpoch(plain["epoch"], _counts(plain["train"]), _counts(plain["val"]))


def _counts(plain: dict[str, Any]) -> Counts:
    arrays = {name: _array(plain[name]) for name in ("source", "pixel_ap")}
    kept = plain.get("outcomes")  # checkpoints of earlier versions have none
    outcomes = kept and Outcomes(kept["images"], *(kept[name].numpy() for name in _OUTCOMES))
    confusion = ConfusionMatrix(plain["confusion"].numpy())
    return Counts(**{**plain, **arrays, "confusion": confusion, "outcomes": outcomes})


def _tensor(array: NDArray[Any] | None) -> Tensor | None:
    return None if array is None else torch.from_numpy(array)


def _array(tensor: Tensor | None) -> NDArray[Any] | None:
    return None if tensor is None else tensor.numpy()
