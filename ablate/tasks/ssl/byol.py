"""Bootstrap your own latent (Grill et al. 2020, https://arxiv.org/abs/2006.07733)."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import get_ema_multi_avg_fn

from ablate.tasks.ssl.modules import Branch, SelfSupervised


class Byol(SelfSupervised):
    """An online branch that predicts, from one view, what a slow copy of it makes of the other.

    The copy, ``target``, is a moving average of the online branch; its batch norms see the views themselves, and
    keep running statistics of their own. ``predictor`` is ``None`` only to show that it is needed.

    Args:
        online: the branch that learns.
        predictor: from projections to predictions, (N, D) both.
        momentum: share of the target that the first step keeps; it rises to 1 along a cosine.
        steps: steps of the whole training, at most.
    """

    def __init__(
        self, online: Branch, predictor: nn.Module | None, *, momentum: float, steps: int
    ) -> None:
        super().__init__()
        self.online = online
        self.predictor = predictor
        self.target = copy.deepcopy(online).requires_grad_(False)
        self.step = 0
        self._momentum = momentum
        self._steps = steps

    def forward(self, views: Tensor) -> Tensor:
        """(2, V * N, D): predictions, and the target's projections of the other view of the same image."""
        first, second = views.chunk(2)
        predictions = [self._predict(first), self._predict(second)]
        with torch.no_grad():
            wanted = [self.target(second), self.target(first)]
        return torch.stack([torch.cat(predictions), torch.cat(wanted)])

    def _predict(self, view: Tensor) -> Tensor:
        projection: Tensor = self.online(view)
        if self.predictor is not None:
            projection = self.predictor(projection)
        return projection

    def begin(self) -> None:
        """The target starts as a copy of the online branch."""
        self.target.load_state_dict(self.online.state_dict())

    def after_step(self) -> None:
        """Move the target's parameters towards the online ones."""
        share = momentum_at(self.step, self._steps, self._momentum)
        average = get_ema_multi_avg_fn(share)  # type: ignore[no-untyped-call]
        average(list(self.target.parameters()), list(self.online.parameters()), self.step)
        self.step += 1

    def get_extra_state(self) -> Tensor:
        """The number of steps so far, which is a number of the CPU: reading one of a GPU would wait for it."""
        return torch.tensor(self.step)

    def set_extra_state(self, state: Tensor) -> None:
        """Go on from that number."""
        self.step = int(state)


def momentum_at(step: int, steps: int, base: float) -> float:
    """The share of the target that a step keeps: ``base`` at first, 1 at last (appendix A).

    >>> [round(momentum_at(step, 10, 0.99), 4) for step in (0, 5, 10)]
    [0.99, 0.995, 1.0]
    """
    return 1 - (1 - base) * (math.cos(math.pi * min(step / steps, 1.0)) + 1) / 2


def loss(outputs: Tensor) -> Tensor:
    """Squared distance of normalised predictions and projections, of both views together; 0 to 8.

    ``outputs`` (2, V * N, D) as :class:`Byol` returns them.
    """
    predictions, wanted = outputs.float().unbind()
    return 2 * (2 - 2 * functional.cosine_similarity(predictions, wanted, dim=1)).mean()
