"""Training a head on a frozen encoder: its features computed once, against running the encoder in every epoch.

    python benchmarks/frozen_encoder.py FOLDER

``FOLDER`` holds ``hymenoptera/`` (ants and bees) and ``weights/tf_efficientnet_lite0-imagenet.pth``. Both ways train
the same head for 20 epochs on one thread, the plain one with the shortcut switched off. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.engine import fit as fitting
from ablate.spec.config import TrialConfig

EPOCHS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of data sets and weights")
    folder = parser.parse_args().data.absolute()
    torch.set_num_threads(1)
    config = configured(folder)
    with tempfile.TemporaryDirectory() as name:
        data = prepare(config.data, DataPlace((folder,), Path(name) / "cache", None))
        once_s, once = trained(config, data, Path(name) / "once")
        fitting.with_frozen_features = lambda trainer, data: trainer
        plain_s, plain = trained(config, data, Path(name) / "plain")
    print(f"| {EPOCHS} epochs | in every epoch | once | ratio |\n|---|---|---|---|")
    print(f"| seconds | {plain_s:.1f} | {once_s:.1f} | {plain_s / once_s:.1f} |")
    print(f"| val/accuracy | {plain:.4f} | {once:.4f} | |")


def configured(folder: Path) -> TrialConfig:
    weights = str(folder / "weights" / "tf_efficientnet_lite0-imagenet.pth")
    return TrialConfig.model_validate(
        {
            "task": "classification",
            "data": {
                "name": "image-folder",
                "path": "hymenoptera",
                "size": (160, 160),
                "batch_size": 32,
            },
            "model": {"name": "timm/tf_efficientnet_lite0", "weights": weights},
            "optimizer": {"name": "adam", "lr": 1e-3},
            "train": {"epochs": EPOCHS, "freeze": "encoder"},
            "primary": "val/accuracy",
        }
    )


def trained(config: TrialConfig, data: Any, folder: Path) -> tuple[float, float]:
    """Seconds of a whole trial, and its accuracy on val."""
    begun = time.perf_counter()
    *_, end = fitting.fit(config, data, seed=0, folder=folder, device="cpu")
    return time.perf_counter() - begun, end.final["val/accuracy"]


if __name__ == "__main__":
    main()
