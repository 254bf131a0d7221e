"""What a picture of representations shows, read from a trial's folder ``representations``."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ablate.files import retry_once
from ablate.report.figures.scatter_marks import MOST_MARKS
from ablate.spec.representation_record import (
    POINTS_FILE,
    KeptEpoch,
    RepresentationRecord,
    points_key,
    read_representations,
    shares_key,
)

#: More panels do not fit on a page; the points of every epoch are kept.
MOST_EPOCHS = 9
TITLES = {"pca": "PCA", "tsne": "t-SNE"}

Points = NDArray[np.float32]
#: Middle and half the side of a square.
Window = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Points (N, 2) of classes ``labels`` (N,) after an epoch, what stands above and below, and along the axes."""

    epoch: int
    time_ms: int
    title: str
    caption: str
    points: Points
    labels: NDArray[np.int64]
    axes: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Panels:
    """Panels side by side, of the same classes; ``note`` says what they show. One window for all, or each its own."""

    panels: tuple[Panel, ...]
    classes: tuple[str, ...]
    note: str
    window: Window | None = None


def read_panels(folder: Path) -> dict[str, Panels]:
    """Method to its panels, one for each kept epoch; nothing if the points were not computed.

    Raises:
        ValueError: the folder does not hold what a trial leaves there.
        OSError: a file cannot be read.
    """
    record = read_representations(folder)
    if record is None or not record.epochs or not (folder / POINTS_FILE).exists():
        return {}
    points = read_points(folder, record)
    return {method: _panels(record, method, points) for method in record.methods}


def read_points(folder: Path, record: RepresentationRecord) -> dict[str, Points]:
    """Points and shares of the variance of every epoch and method, by their keys.

    Raises:
        ValueError: the file holds something else.
        OSError: it cannot be read.
    """
    shapes: dict[str, tuple[int, ...]] = {
        points_key(method, kept.epoch): (len(record.images), 2)
        for method in record.methods
        for kept in record.epochs
    }
    if "pca" in record.methods:
        shapes.update({shares_key(kept.epoch): (2,) for kept in record.epochs})
    try:
        found = retry_once(lambda: _arrays(folder / POINTS_FILE, shapes))
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ValueError(f"{POINTS_FILE} does not hold the points of its record") from error
    for key, shape in shapes.items():
        if found[key].shape != shape or not np.isfinite(found[key]).all():
            raise ValueError(f"{POINTS_FILE}: {key} is not {shape} finite numbers")
    return found


def window_around(clouds: Sequence[Points]) -> Window:
    """A square around all points (N, 2), so that distances count alike in both directions.

    >>> x, y, reach = window_around([np.float32([[0, 0], [4, 2]])])
    >>> x, y, round(reach, 2)
    (2.0, 1.0, 2.12)
    """
    points = np.concatenate(clouds).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    (x, y), reach = (low + high) / 2, float((high - low).max()) / 2 * 1.06
    return float(x), float(y), reach or 1.0


def title_of(kept: KeptEpoch) -> str:
    """An epoch as people call it.

    >>> title_of(KeptEpoch(30, 0, {"val/accuracy": 0.717}, None, None))
    'epoch 30, accuracy 71.7 %'
    """
    accuracy = kept.metrics.get("val/accuracy")
    return f"epoch {kept.epoch}" + (
        "" if accuracy is None else f", accuracy {100 * accuracy:.1f} %"
    )


def caption_of(kept: KeptEpoch, neighbours: int) -> str:
    """How the classes lie apart, in numbers.

    >>> caption_of(KeptEpoch(30, 0, {}, 0.689, -0.021), 5)
    '5-NN 68.9 %, silhouette -0.02'
    """
    parts = []
    if kept.knn_accuracy is not None:
        parts.append(f"{neighbours}-NN {100 * kept.knn_accuracy:.1f} %")
    if kept.silhouette is not None:
        parts.append(f"silhouette {kept.silhouette:.2f}")
    return ", ".join(parts)


def _arrays(path: Path, names: Mapping[str, object]) -> dict[str, Points]:
    with np.load(path, allow_pickle=False) as file:
        return {name: np.asarray(file[name], dtype=np.float32) for name in names}


def _panels(record: RepresentationRecord, method: str, points: Mapping[str, Points]) -> Panels:
    shown = _thinned(record.epochs)
    labels = np.asarray(record.labels, dtype=np.int64)
    panels = tuple(
        Panel(
            epoch=kept.epoch,
            time_ms=kept.time_ms,
            title=title_of(kept),
            caption=caption_of(kept, record.neighbours),
            points=points[points_key(method, kept.epoch)],
            labels=labels,
            axes=_axes(points[shares_key(kept.epoch)]) if method == "pca" else ("", ""),
        )
        for kept in shown
    )
    shared = method == "pca" and record.basis == "shared"
    window = window_around([panel.points for panel in panels]) if shared else None
    return Panels(panels, record.classes, _note(record, method, len(shown)), window)


def _axes(shares: Points) -> tuple[str, str]:
    first, second = (
        f"component {n} ({100 * share:.1f} % of variance)" for n, share in enumerate(shares, 1)
    )
    return first, second


def _note(record: RepresentationRecord, method: str, shown: int) -> str:
    images = (
        f"{TITLES[method]} of {record.width:,} features of {len(record.images):,} images of val"
    )
    basis = ""
    if method == "pca" and record.basis == "shared":
        basis = f", in the components of epoch {record.epochs[-1].epoch}"
    part = "; so many classes have no legend" if len(record.classes) > MOST_MARKS else ""
    part += f"; {shown} of {len(record.epochs)} epochs" if shown < len(record.epochs) else ""
    return f"{images}{basis}; k-NN and silhouette (cosine) are of all features{part}"


def _thinned(epochs: Sequence[KeptEpoch]) -> tuple[KeptEpoch, ...]:
    """At most so many that they fit, the first and the last among them."""
    if len(epochs) <= MOST_EPOCHS:
        return tuple(epochs)
    step = (len(epochs) - 1) / (MOST_EPOCHS - 1)
    return tuple(epochs[round(n * step)] for n in range(MOST_EPOCHS))
