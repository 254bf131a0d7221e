"""What every task can do: turn logits and targets into a loss, counts and named metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ablate.metrics.counts import Counts
from ablate.metrics.metric import Metric
from ablate.registry import overlaid, table
from ablate.spec.options import Options

if TYPE_CHECKING:
    import torch

    from ablate.metrics.tally import Tally


class TaskOptions(Options):
    """``task``: what the network is trained to do.

    A task says how a batch is counted (:meth:`tally`) and names its :meth:`metrics`; their values
    follow from the counts.
    """

    name: str

    def metrics(self) -> tuple[str, ...]:
        """The metrics that the task records of each split, in the order they are shown."""
        raise NotImplementedError

    def loss(
        self,
        criterion: Callable[..., torch.Tensor],
        logits: torch.Tensor,
        target: torch.Tensor,
    ) -> torch.Tensor:
        """The scalar to minimise; ``criterion`` is what the loss member built."""
        return criterion(logits, target)

    def tally(
        self, num_classes: int, device: torch.device | str, *, training: bool = False
    ) -> Tally:
        """An empty tally for one pass over a split."""
        raise NotImplementedError

    def defined(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """The metrics that are counted with that many classes, of an evaluation or while training."""
        return self.metrics()

    def recorded(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """The task's own metrics and those of the study's plugins."""
        return (*self.defined(num_classes, training=training), *overlaid("metric"))

    def names(self, classes: Sequence[str]) -> tuple[str, ...]:
        """Every name under which a value may be recorded: metrics, and metrics of one class."""
        metrics = self.recorded(len(classes))
        by_class = [name for name in metrics if _metric(name).by_class is not None]
        return (*metrics, *(f"{name}/{label}" for name in by_class for label in classes))

    def score(self, counts: Counts, *, training: bool = False) -> dict[str, float]:
        """Metric to value, over all classes."""
        names = self.recorded(counts.confusion.num_classes, training=training)
        return {name: _metric(name).compute(counts) for name in names}

    def score_classes(self, counts: Counts, classes: Sequence[str]) -> dict[str, float]:
        """``metric/class`` to value; classes for which it is undefined are left out."""
        values: dict[str, float] = {}
        for name in self.recorded(len(classes)):
            by_class = _metric(name).by_class
            if by_class is not None:
                values |= _named(name, dict(zip(classes, by_class(counts).tolist(), strict=True)))
        return values


def _metric(name: str) -> Metric:
    metric: Metric = table("metric").get(name)
    return metric


def _named(metric: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f"{metric}/{name}": value for name, value in values.items() if value == value}
