"""What every task can do: turn logits and targets into a loss, counts and named metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from ablate.data.source import SplitName
from ablate.metrics.counts import Counts
from ablate.metrics.metric import Metric
from ablate.registry import overlaid, table
from ablate.spec.labels import Labels
from ablate.spec.options import Options
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    import torch

    from ablate.models.loading import LoadReport
    from ablate.spec.earlier import Start


class TaskOptions(Options):
    """``task``: what the network is trained to do.

    A task says how a batch is counted (:meth:`tally`) and names its :meth:`metrics`; their values
    follow from the counts. It may train more than the network: :meth:`build`.
    """

    views: ClassVar[int] = 1
    """How many random views of each image a batch of training holds, one after the other."""
    own_loss: ClassVar[bool] = False
    """Whether the task has a loss of its own (:meth:`criterion`), so that the section ``loss`` does nothing."""
    parts: ClassVar[str] = ""
    """The task whose data sets and networks this one uses, if not its own."""

    name: str

    def metrics(self) -> tuple[str, ...]:
        """The metrics that the task records of each split, in the order they are shown."""
        raise NotImplementedError

    def inert(self) -> tuple[str, ...]:
        """Fields without any effect, given the others."""
        return ()

    def problems(self, images: Mapping[SplitName, int]) -> list[tuple[str, str]]:
        """What cannot work with that many images in each split: (field, message)."""
        return []

    def while_training(self) -> tuple[str, ...]:
        """Those of :meth:`metrics` that may be recorded of ``train``."""
        return self.metrics()

    def build(
        self, options: ModelOptions, shape: ImageShape, num_classes: int, steps: int
    ) -> torch.nn.Module:
        """What is trained for ``steps`` steps at most: the network of ``options``, or a module that holds it.

        It is freshly initialised from torch's global generator.
        """
        return options.build(shape, num_classes)

    def network(self, model: torch.nn.Module) -> torch.nn.Module:
        """The network within what :meth:`build` gave."""
        return model

    def load_start(
        self, model: torch.nn.Module, options: ModelOptions, start: Start
    ) -> LoadReport | None:
        """Copy what an earlier training passes on into what :meth:`build` gave: of a network its encoder.

        Raises:
            TrialError: the weights are of another architecture.
        """
        from ablate.models.starting import load_start

        return load_start(model, options, start)

    def head(self, options: ModelOptions, model: torch.nn.Module) -> tuple[str, ...]:
        """The modules of :meth:`network` that give the logits, by name."""
        return options.head(model)

    def after_step(self, model: torch.nn.Module) -> None:
        """What is to be done after each step of the optimizer."""

    def check(self, val: Counts, epoch: int) -> None:
        """Look at what was counted on ``val`` after an epoch.

        Raises:
            Diverged: it makes no sense to go on.
        """

    def kept(self, weights: Mapping[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
        """The files of weights that a trial leaves, without their ending, from all that was trained."""
        return {"weights": dict(weights)}

    def criterion(self) -> Callable[..., torch.Tensor]:
        """The loss of a task that has its own."""
        raise NotImplementedError

    def loss(
        self,
        criterion: Callable[..., torch.Tensor],
        logits: torch.Tensor,
        target: torch.Tensor,
    ) -> torch.Tensor:
        """The scalar to minimise; ``criterion`` is what the loss member, or :meth:`criterion`, gave."""
        return criterion(logits, target)

    def tally(
        self, labels: Labels, device: torch.device | str, *, training: bool = False
    ) -> BatchTally:
        """An empty tally for one pass over a split."""
        raise NotImplementedError

    def defined(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """The metrics that are counted with that many classes, of an evaluation or while training."""
        return self.metrics()

    def recorded(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """The task's own metrics and those of the study's plugins."""
        return (*self.defined(num_classes, training=training), *overlaid("metric"))

    def names(self, labels: Labels) -> tuple[str, ...]:
        """Every name under which a value may be recorded: metrics, of one class, and of other label spaces."""
        names = list(_names(self.recorded(len(labels.classes)), "", labels.classes))
        for space, found in labels.spaces.items():
            of_labels = [
                name for name in self.recorded(len(found.classes)) if _metric(name).of_labels
            ]
            names += _names(of_labels, f"@{space}", found.classes)
        return tuple(names)

    def score(self, counts: Counts, labels: Labels, *, training: bool = False) -> dict[str, float]:
        """Metric to value, over all classes; but for ``training`` also ``metric@space`` in other label spaces."""
        num_classes = counts.confusion.num_classes
        names = self.recorded(num_classes, training=training)
        values = _values(names, "", counts)
        for space, found in {} if training else labels.spaces.items():
            of_labels = [name for name in names if _metric(name).of_labels]
            values |= _values(of_labels, f"@{space}", counts.within(found))
        return values

    def score_classes(self, counts: Counts, labels: Labels) -> dict[str, float]:
        """``metric/class`` to value; classes for which it is undefined are left out."""
        names = self.recorded(len(labels.classes))
        values = _class_values(names, "", counts, labels.classes)
        for space, found in labels.spaces.items():
            of_labels = [name for name in names if _metric(name).of_labels]
            inside = counts.within(found)
            values |= _class_values(of_labels, f"@{space}", inside, found.classes)
        return values


class BatchTally(Protocol):
    """Running sums over the batches of one pass."""

    def add(
        self,
        logits: torch.Tensor,
        target: torch.Tensor,
        loss: torch.Tensor,
        truth: Sequence[torch.Tensor] | None = None,
    ) -> None:
        """Count one batch; ``truth`` are original masks, which only evaluations of segmentation have."""

    def mean_loss(self) -> float:
        """Mean loss of an image so far (synchronises)."""

    def compute(self) -> Counts:
        """The sums so far (synchronises)."""


def _names(metrics: Sequence[str], suffix: str, classes: Sequence[str]) -> Iterator[str]:
    yield from (f"{name}{suffix}" for name in metrics if _metric(name).compute is not None)
    for name in metrics:
        if _metric(name).by_class is not None:
            yield from (f"{name}{suffix}/{label}" for label in classes)


def _values(metrics: Sequence[str], suffix: str, counts: Counts) -> dict[str, float]:
    computed = ((name, _metric(name).compute) for name in metrics)
    return {f"{name}{suffix}": compute(counts) for name, compute in computed if compute is not None}


def _class_values(
    metrics: Sequence[str], suffix: str, counts: Counts, classes: Sequence[str]
) -> dict[str, float]:
    values: dict[str, float] = {}
    for name in metrics:
        by_class = _metric(name).by_class
        if by_class is not None:
            found = dict(zip(classes, by_class(counts).tolist(), strict=True))
            values |= _named(f"{name}{suffix}", found)
    return values


def _metric(name: str) -> Metric:
    metric: Metric = table("metric").get(name)
    return metric


def _named(metric: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f"{metric}/{name}": value for name, value in values.items() if value == value}
