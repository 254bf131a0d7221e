"""Probes: predicted masks of a few validation images, kept as pictures while the network learns."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ablate.data.batches import eval_batches
from ablate.data.grouping import target_table
from ablate.data.palette import spread_palette
from ablate.data.prepared import VOID, PreparedData, Split
from ablate.engine.mask_pictures import Mask, enlarged, errors_png, mask_png, overlay_png, png
from ablate.engine.trainer import Trainer
from ablate.errors import TrialError
from ablate.files import write_bytes, write_json
from ablate.metrics.mask_tally import enlarge
from ablate.spec.config import TrialConfig
from ablate.spec.kept_epochs import is_kept
from ablate.spec.probe_record import (
    IMAGE_FILE,
    RECORD_FILE,
    TRUTH_FILE,
    TRUTH_OVERLAY_FILE,
    ProbeRecord,
    Stage,
    folder_of,
    picture_of,
    read_record,
)
from ablate.spec.probes import probe_problems, probed_images
from ablate.spec.sections import IGNORE_INDEX

#: What the record tells of each stage.
_SHOWN = ("val/miou", "val/pixel_accuracy")


@dataclass(frozen=True, slots=True)
class ProbedImage:
    """One validation image: ``pixels`` (H, W, C) uint8, and its mask (h, w) uint8 in the network's classes or VOID."""

    split: Split
    truth: Mask

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(H, W, C) uint8, as the network sees it."""
        pixels: NDArray[np.uint8] = self.split.images[self.split.indices[0]]
        return pixels


@dataclass(frozen=True, slots=True)
class Probes:
    """The probed images of one trial by name, and the folder for their pictures; ``record`` is without stages."""

    config: TrialConfig
    folder: Path
    images: Mapping[str, ProbedImage]
    record: ProbeRecord

    def begin(self, epoch: int) -> None:
        """Keep images and truth, before training goes on after ``epoch``; forget what was kept of later epochs.

        What an earlier attempt kept of other images, or in another way, goes too.

        Raises:
            WriteError: a file cannot be written.
        """
        kept = self._kept()
        if kept is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        if not self.images:
            return
        kept = (kept or self.record).until(epoch)
        pictures = {picture_of(stage.epoch, kind) for stage in kept.stages for kind in kept.kinds}
        for picture in self.folder.glob("*/epoch-*.png"):
            if picture.name not in pictures:
                picture.unlink()
        for name, image in self.images.items():
            self._keep_truth(name, image)
        write_json(self.folder / RECORD_FILE, kept.to_plain())

    def after_epoch(
        self, trainer: Trainer, epoch: int, metrics: Mapping[str, float], *, last: bool
    ) -> None:
        """Keep what the network predicts after ``epoch``, if that is wanted; ``last``: no other epoch follows.

        Neither the weights nor the random generators change.

        Raises:
            WriteError: a picture cannot be written.
        """
        wanted = is_kept(self.config.probes.epochs, epoch, self.config.train.epochs, last=last)
        if not wanted or not self.images:
            return
        for name, image in self.images.items():
            self._keep(name, epoch, image, _predict(trainer, image))
        shown = {name: metrics[name] for name in _SHOWN if metrics[name] == metrics[name]}
        stage = Stage(epoch, time.time_ns() // 1_000_000, shown)
        record = (self._kept() or self.record).with_stage(stage)
        write_json(self.folder / RECORD_FILE, record.to_plain())

    def _keep_truth(self, name: str, image: ProbedImage) -> None:
        palette, picture = self.record.palette, enlarged(image.pixels, image.truth.shape)
        self._write(name, IMAGE_FILE, png(picture))
        self._write(name, TRUTH_FILE, mask_png(image.truth, palette))
        if self.record.overlay:
            self._write(name, TRUTH_OVERLAY_FILE, overlay_png(picture, image.truth, palette))

    def _keep(self, name: str, epoch: int, image: ProbedImage, mask: Mask) -> None:
        palette = self.record.palette
        self._write(name, picture_of(epoch), mask_png(mask, palette))
        if self.record.overlay:
            below = enlarged(image.pixels, image.truth.shape)
            self._write(name, picture_of(epoch, "overlay"), overlay_png(below, mask, palette))
        if self.record.errors:
            self._write(name, picture_of(epoch, "errors"), errors_png(mask, image.truth))

    def _write(self, name: str, picture: str, content: bytes) -> None:
        write_bytes(self.folder / folder_of(name) / picture, content)

    def _kept(self) -> ProbeRecord | None:
        """What the folder holds, if it is of these images, kept in this way."""
        try:
            found = read_record(self.folder)
        except ValueError:
            return None
        is_ours = found is not None and replace(found, stages=()) == self.record
        return found if is_ours else None


def probes_of(config: TrialConfig, data: PreparedData, artifacts: Path) -> Probes:
    """The probes of a trial, in the folder ``probes`` of its artifacts; no images where data have no masks.

    Raises:
        TrialError: an image that the configuration names is not in ``val``.
    """
    check_probes(config, data)
    images = _images(config, data)
    record = ProbeRecord(
        classes=data.classes,
        palette=data.labels.palette or spread_palette(data.classes),
        images=tuple(images),
        overlay=config.probes.overlay,
        errors=config.probes.errors,
    )
    return Probes(config, artifacts / "probes", images, record)


def check_probes(config: TrialConfig, data: PreparedData) -> None:
    """Look for the images that are to be probed.

    Raises:
        TrialError: ``val`` has no such image.
    """
    split = data.splits["val"]
    problems = [] if split.masks is None else probe_problems(config.probes, split.image_names())
    if problems:
        raise TrialError(f"probes.images: {'; '.join(problems)}")


def _images(config: TrialConfig, data: PreparedData) -> dict[str, ProbedImage]:
    split = data.splits["val"]
    if split.masks is None:
        return {}
    names = split.image_names()
    targets = target_table(data.labels)
    own = np.where(targets == IGNORE_INDEX, VOID, targets).astype(np.uint8)
    return {
        name: ProbedImage(_only(split, place), own[split.masks.original(split.indices[place])])
        for name, place in probed_images(config.probes, names).items()
    }


def _only(split: Split, place: int) -> Split:
    """A split with one of its images."""
    one = slice(place, place + 1)
    return replace(split, indices=split.indices[one], labels=split.labels[one])


def _predict(trainer: Trainer, image: ProbedImage) -> Mask:
    """(h, w) uint8: the class of every pixel at the size of the original mask, as an evaluation predicts it."""
    batches = eval_batches(
        image.split,
        trainer.labels,
        batch_size=1,
        normalization=trainer.normalization,
        device=str(trainer.execution.device),
    )
    height, width = image.truth.shape
    trainer.model.eval()
    with torch.inference_mode(), trainer.execution.autocast():
        (batch,) = batches
        logits = trainer.model(trainer.execution.place_images(batch.image))
        predicted = enlarge(logits, (height, width)).max(1).indices[0]
    mask: Mask = predicted.to(torch.uint8).cpu().numpy()
    return mask
