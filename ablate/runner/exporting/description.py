"""``model.json``: what an exported network takes, gives, and scored."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from ablate.data.prepared import PreparedData
from ablate.results import TrialResult
from ablate.runner.exporting.choice import Choice, Standing
from ablate.runner.study import Study
from ablate.spec.config import TrialConfig
from ablate.spec.values import ImageShape, Normalization
from ablate.tasks.task import TaskOptions

#: Changes when what the keys of ``model.json`` mean does.
FORMAT = 1
_LIBRARIES = ("ablate", "torch", "torchvision", "timm", "segmentation-models-pytorch")


def description(
    study: Study,
    choice: Choice,
    config: TrialConfig,
    data: PreparedData,
    normalization: Normalization,
    folder: Path,
) -> dict[str, Any]:
    """The content of ``model.json``; ``folder`` holds the other files."""
    task = cast(TaskOptions, config.task).name
    return {
        "format": FORMAT,
        "task": task,
        "model": config.model.name,
        "classes": [] if task == "ssl" else list(data.classes),
        "palette": [list(color) for color in data.labels.palette],
        "input": _input(data.shape),
        "normalization": {**normalization.model_dump(mode="json"), "inside": True},
        "output": _output(task, data),
        "precision": config.train.precision,
        "row": _row(choice),
        "run": _run(study, choice.trial),
        "metrics": _finite(choice.trial.metrics),
        "parameters": choice.trial.measured.get("parameters"),
        "versions": {
            **{name: version(name) for name in _LIBRARIES},
            "python": platform.python_version(),
        },
        "files": {path.name: _entry(path) for path in sorted(folder.iterdir())},
    }


def _entry(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


def _input(shape: ImageShape) -> dict[str, Any]:
    return {
        "channels": shape.channels,
        "height": shape.height,
        "width": shape.width,
        "colors": "grey" if shape.channels == 1 else "RGB",
        "values": "uint8, or float in 0..1",
        "resize": "bilinear with antialiasing to height x width, whatever the aspect ratio (Pillow's Image.resize)",
        "orientation": "as stored: the EXIF tag of orientation is not heeded",
    }


def _output(task: str, data: PreparedData) -> dict[str, Any]:
    shape: list[str | int] = ["N", data.num_classes]
    if task == "ssl":
        return {"kind": "representation", "shape": ["N", "F"]}
    if task == "segmentation":
        shape += [data.shape.height, data.shape.width]
    return {"kind": "logits", "shape": shape}


def _row(choice: Choice) -> dict[str, Any]:
    found: dict[str, Any] = {
        "label": choice.label,
        "finished_seeds": [t.seed for t in choice.finished],
    }
    return found if choice.standing is None else {**found, **_standing(choice.standing)}


def _standing(standing: Standing) -> dict[str, Any]:
    summary, comparison = standing.row.primary, standing.row.comparison
    return {
        "ablation": standing.ablation,
        "metric": standing.primary.metric,
        "n": summary.n,
        "mean": summary.mean,
        "std": summary.std,
        "reference": standing.row.results.row.reference,
        "difference": None if comparison is None else comparison.delta,
        "interval_95": None if comparison is None else [comparison.low, comparison.high],
        "verdict": standing.row.verdict,
        "best_by_verdict": standing.best,
    }


def _run(study: Study, trial: TrialResult) -> dict[str, Any]:
    return {
        "study": study.plan.study,
        "id": trial.run_id,
        "name": trial.name,
        "seed": trial.seed,
        "identity": trial.identity,
        "data_fingerprint": trial.fingerprint,
        "device": trial.device,
    }


def _finite(metrics: Mapping[str, float]) -> dict[str, float | None]:
    """JSON has no numbers that are none."""
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}
