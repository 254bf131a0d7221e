"""Representations: what the head is given for images of ``val``, kept while the network learns."""

from __future__ import annotations

import io
import math
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ablate.data.batches import eval_batches
from ablate.data.prepared import PreparedData, Split
from ablate.engine.passes import batch_size
from ablate.engine.projections import Features, project
from ablate.engine.separation import NEIGHBOURS, knn_accuracy, silhouette
from ablate.engine.trainer import Trainer
from ablate.errors import TrialError
from ablate.files import write_bytes, write_json
from ablate.spec.kept_epochs import is_kept
from ablate.spec.probes import spread
from ablate.spec.representation_record import (
    POINTS_FILE,
    RECORD_FILE,
    KeptEpoch,
    RepresentationRecord,
    features_file,
    read_representations,
)
from ablate.spec.representations import representation_problems

#: What the record tells of each epoch.
_SHOWN = ("val/accuracy",)


@dataclass(frozen=True, slots=True)
class Representations:
    """The represented images of one trial, and the folder for their features.

    ``record`` is without epochs; ``None`` if nothing is to be kept. ``batch_size`` images are evaluated at once.
    """

    trainer: Trainer
    folder: Path
    split: Split
    batch_size: int
    record: RepresentationRecord | None

    def begin(self, epoch: int) -> None:
        """Forget what was kept of epochs after ``epoch``, and all that an earlier attempt kept in another way.

        Raises:
            WriteError: a file cannot be written.
        """
        kept = self._kept()
        if kept is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self.record is None:
            return
        kept = (kept or self.record).until(epoch)
        files = {features_file(one.epoch) for one in kept.epochs}
        for file in (*self.folder.glob("epoch-*.npz"), *self.folder.glob(POINTS_FILE)):
            if file.name not in files:
                file.unlink()
        write_json(self.folder / RECORD_FILE, kept.to_plain())

    def after_epoch(self, epoch: int, metrics: Mapping[str, float], *, last: bool) -> None:
        """Keep the features after ``epoch``, if that is wanted; ``last``: no other epoch follows.

        Neither the weights nor the random generators change.

        Raises:
            WriteError: a file cannot be written.
        """
        options, epochs = self.trainer.config.representations, self.trainer.config.train.epochs
        if self.record is None or options is None:
            return
        if not is_kept(options.epochs, epoch, epochs, last=last):
            return
        features = represent(self.trainer, self.split, self.record.head, self.batch_size)
        labels, names = self.split.labels, np.array(self.record.images)
        content = _npz(features=features, labels=labels, images=names)
        write_bytes(self.folder / features_file(epoch), content)
        kept = KeptEpoch(
            epoch=epoch,
            time_ms=time.time_ns() // 1_000_000,
            metrics=_defined(metrics),
            knn_accuracy=knn_accuracy(features, labels),
            silhouette=silhouette(features, labels),
        )
        record = (self._kept() or self.record).with_epoch(kept)
        write_json(self.folder / RECORD_FILE, record.to_plain())

    def finish(self) -> None:
        """Project the features of every epoch to two dimensions, which takes seconds an epoch.

        Raises:
            WriteError: a file cannot be written.
        """
        options, record = self.trainer.config.representations, self._kept()
        if options is None or record is None or not record.epochs:
            return
        features = {one.epoch: self._read(one.epoch) for one in record.epochs}
        write_bytes(self.folder / POINTS_FILE, _npz(**project(features, options)))

    def _read(self, epoch: int) -> Features:
        with np.load(self.folder / features_file(epoch), allow_pickle=False) as file:
            features: Features = file["features"]
        return features

    def _kept(self) -> RepresentationRecord | None:
        """What the folder holds, if it is of these images, kept in this way."""
        try:
            found = read_representations(self.folder)
        except ValueError:
            return None
        is_ours = found is not None and replace(found, epochs=()) == self.record
        return found if is_ours else None


def representations_of(trainer: Trainer, data: PreparedData, artifacts: Path) -> Representations:
    """Those of a trial, in the folder ``representations`` of its artifacts.

    Raises:
        TrialError: the network has no head whose input could be kept, or ``val`` has too few images.
    """
    folder, split = artifacts / "representations", data.splits["val"]
    size = batch_size(data.shape, trainer.config.data.batch_size)
    options = trainer.config.representations
    if options is None:
        return Representations(trainer, folder, split, size, None)
    if problems := representation_problems(options, len(split)):
        raise TrialError("; ".join(problems))
    places, names = spread(options.images, len(split)), split.image_names()
    part = replace(split, indices=split.indices[places], labels=split.labels[places])
    head = _head(trainer)
    record = RepresentationRecord(
        classes=data.classes,
        images=tuple(names[place] for place in places),
        indices=tuple(places),
        labels=tuple(part.labels.tolist()),
        head=head,
        width=_width(trainer, part, head),
        neighbours=NEIGHBOURS,
        methods=options.methods,
        basis=options.basis,
    )
    return Representations(trainer, folder, part, size, record)


def represent(trainer: Trainer, split: Split, head: str, size: int) -> Features:
    """(N, D) float32: what the module ``head`` is given for the images of a split.

    They are evaluated as in validation, ``size`` at once. Maps of features (N, D, H, W) are averaged over their
    places; anything else is flattened.
    """
    found: list[Tensor] = []

    def keep(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        found.append(_flat(given[0]).float().cpu())

    network = trainer.task.network(trainer.model)
    hook = network.get_submodule(head).register_forward_pre_hook(keep)
    batches = eval_batches(
        split,
        trainer.labels,
        batch_size=size,
        normalization=trainer.normalization,
        device=str(trainer.execution.device),
    )
    trainer.model.eval()
    try:
        with torch.inference_mode(), trainer.execution.autocast():
            for batch in batches:
                network(trainer.execution.place_images(batch.image))
    finally:
        hook.remove()
    features: Features = torch.cat(found).numpy() if found else np.zeros((0, 0), np.float32)
    return features


def _defined(metrics: Mapping[str, float]) -> dict[str, float]:
    """Those of the metrics that are shown, where they are defined."""
    found = {name: metrics.get(name, math.nan) for name in _SHOWN}
    return {name: value for name, value in found.items() if not math.isnan(value)}


def _flat(given: Tensor) -> Tensor:
    return given.mean((2, 3)) if given.ndim == 4 else given.flatten(1)


def _head(trainer: Trainer) -> str:
    """The name of the module whose input is kept."""
    model = trainer.config.model
    network = trainer.task.network(trainer.model)
    heads = trainer.task.head(model, trainer.model)
    known = {name for name, _ in network.named_modules() if name}
    if not heads or heads[0] not in known:
        named = f"names {heads[0]!r}, which is no module of it" if heads else "names none"
        raise TrialError(
            f"representations: model {model.name!r} {named} as its head. "
            "Let its options' head() name the layer that gives the logits"
        )
    return heads[0]


def _width(trainer: Trainer, split: Split, head: str) -> int:
    """How many features an image has."""
    one = replace(split, indices=split.indices[:1], labels=split.labels[:1])
    width = int(represent(trainer, one, head, 1).shape[1])
    if width < 2:
        name = trainer.config.model.name
        given = f"is given {width} number an image" if width else "is given no image"
        raise TrialError(
            f"representations: the head {head!r} of model {name!r} {given}, "
            "and a picture needs at least 2 numbers of each"
        )
    return width


def _npz(**arrays: NDArray[Any]) -> bytes:
    """The arrays in NumPy's format; the same bytes for the same arrays."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()
