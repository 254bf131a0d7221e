"""A training epoch of segmentation on CamVid, against the loop a person would write: images per second.

    python benchmarks/segmentation_throughput.py FOLDER

``FOLDER`` holds ``camvid/``. Both sides train the network of ``studies/camvid_fcn8s.yaml`` at its size and batch on all
cores of this machine, after a first epoch that nobody times. The plain way is one process with a thread for each core,
Pillow, a ``DataLoader`` with a worker for each core, and contiguous float32 tensors. ablate runs a trial for each core,
one thread each, from its cache; its number is their sum while all train, in float32 and, where the CPU computes in
bfloat16, with ``train.precision: bf16``. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

SIZE = (90, 120)
BATCH = 8
CORES = os.cpu_count() or 1
SPAWN = multiprocessing.get_context("spawn")
together: Any  #: the barrier of a process that runs a trial


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of data sets")
    parser.add_argument("--epochs", type=int, default=1, help="epochs that are timed")
    options = parser.parse_args()
    with ProcessPoolExecutor(1, SPAWN) as alone:
        plain = alone.submit(plain_images_per_s, options.data, options.epochs).result()
    print("| images per second | plain loop | ablate run | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as cache:
        prepared(options.data, Path(cache))
        for precision in precisions():
            ours = side_by_side(options.data, Path(cache), precision, options.epochs)
            print(f"| {precision} | {plain:.1f} | {ours:.1f} | {ours / plain:.2f} |")


def precisions() -> list[str]:
    from torch.cpu import _is_avx512_bf16_supported

    return ["fp32", "bf16"] if _is_avx512_bf16_supported() else ["fp32"]


def side_by_side(data: Path, cache: Path, precision: str, epochs: int) -> float:
    """The sum over trials that begin their timed epochs together."""
    together = SPAWN.Barrier(CORES)
    with ProcessPoolExecutor(CORES, SPAWN, _wait_with, (together,)) as slots:
        trials = [
            slots.submit(ablate_images_per_s, data, cache, precision, seed, epochs)
            for seed in range(CORES)
        ]
        return sum(trial.result() for trial in trials)


def _wait_with(barrier: Any) -> None:
    global together
    together = barrier


def configured(precision: str = "fp32") -> Any:
    from ablate.spec.config import TrialConfig

    return TrialConfig.model_validate(
        {
            "task": "segmentation",
            "data": {
                "name": "camvid",
                "size": SIZE,
                "batch_size": BATCH,
                "augment": ("random_horizontal_flip",),
            },
            "model": {
                "name": "fcn8s",
                "encoder": "timm/resnet18",
                "skip": ("x4", "x3"),
                "width": 0.5,
            },
            "loss": {"name": "cross_entropy"},
            "optimizer": {"name": "adam", "lr": 1e-3},
            "scheduler": {"name": "constant"},
            "train": {"precision": precision},
            "primary": "val/miou",
        }
    )


def prepared(data: Path, cache: Path) -> Any:
    from ablate.data.place import DataPlace
    from ablate.data.prepare import prepare

    return prepare(configured().data, DataPlace((data.absolute(),), cache, None))


def ablate_images_per_s(data: Path, cache: Path, precision: str, seed: int, epochs: int) -> float:
    """What one trial does in its slot."""
    import torch

    from ablate.engine.assemble import assemble
    from ablate.engine.watch import Watch

    torch.set_num_threads(1)
    found = prepared(data, cache)
    trainer = assemble(configured(precision), found, seed=seed, device="cpu")
    trainer.train_epoch(1, Watch(None))
    together.wait()
    begun = time.perf_counter()
    images = sum(trainer.train_epoch(2 + n, Watch(None)).images for n in range(epochs))
    return images / (time.perf_counter() - begun)


def plain_images_per_s(data: Path, epochs: int) -> float:
    """A DataLoader over Pillow images, one process, as tutorials do it."""
    import torch
    from torch.nn.functional import cross_entropy
    from torch.utils.data import DataLoader

    torch.set_num_threads(CORES)
    torch.manual_seed(0)
    net = configured().model.build(_shape(), 11)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    loader = DataLoader(
        PlainCamVid(data), batch_size=BATCH, shuffle=True, num_workers=CORES, drop_last=True
    )
    net.train()
    images, begun = 0, 0.0
    for epoch in range(1 + epochs):
        if epoch == 1:
            images, begun = 0, time.perf_counter()
        for image, target in loader:
            optimizer.zero_grad(set_to_none=True)
            cross_entropy(net(image), target, ignore_index=11).backward()
            optimizer.step()
            images += len(image)
    return images / (time.perf_counter() - begun)


def _shape() -> Any:
    from ablate.spec.values import ImageShape

    return ImageShape(channels=3, height=SIZE[0], width=SIZE[1])


class PlainCamVid:
    """Images and masks read, resized, flipped and normalised one by one."""

    def __init__(self, data: Path) -> None:
        self.images = sorted((data / "camvid" / "train").iterdir())

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        import torch
        from PIL import Image
        from torchvision.transforms import functional

        path = self.images[index]
        mask_path = path.parent.with_name("trainannot") / f"{path.stem}.png"
        with Image.open(path) as opened:
            image = opened.convert("RGB").resize(SIZE[::-1], Image.Resampling.BILINEAR)
        with Image.open(mask_path) as opened:
            mask = opened.resize(SIZE[::-1], Image.Resampling.NEAREST)
        if torch.rand(()) < 0.5:
            image, mask = functional.hflip(image), functional.hflip(mask)
        pixels = functional.normalize(
            functional.to_tensor(image), (0.41, 0.42, 0.43), (0.31, 0.31, 0.31)
        )
        return pixels, functional.pil_to_tensor(mask).squeeze(0).long()


if __name__ == "__main__":
    main()
