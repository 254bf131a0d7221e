"""The convolutions of VGG16 (Simonyan and Zisserman, 2015) as numbers. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.spec.values import ImageShape

#: Output channels of the convolutions of each stage; a 2 x 2 max-pooling ends a stage.
_STAGES = ((64,) * 2, (128,) * 2, (256,) * 3, (512,) * 3, (512,) * 3)


def scaled(channels: int, width: float) -> int:
    """``channels`` times ``width``, at least 1.

    >>> scaled(64, 0.125), scaled(64, 0.001)
    (8, 1)
    """
    return max(1, round(channels * width))


def stages(width: float = 1.0) -> tuple[tuple[int, ...], ...]:
    """Output channels of the convolutions of the five stages.

    >>> stages(0.125)[-1]
    (64, 64, 64)
    """
    return tuple(tuple(scaled(channels, width) for channels in stage) for stage in _STAGES)


def map_sizes(shape: ImageShape) -> Iterator[tuple[int, int]]:
    """Height and width of the maps of each stage, before its pooling, and of the last map after it.

    >>> list(map_sizes(ImageShape(channels=3, height=64, width=33)))
    [(64, 33), (32, 17), (16, 9), (8, 5), (4, 3), (2, 2)]
    """
    for level in range(len(_STAGES) + 1):
        yield -(-shape.height // 2**level), -(-shape.width // 2**level)


def vgg16_work(shape: ImageShape, width: float = 1.0) -> int:
    """The multiply-adds of its convolutions on an image of ``shape``."""
    total, inputs = 0, shape.channels
    for stage, (height, columns) in zip(stages(width), map_sizes(shape), strict=False):
        for outputs in stage:
            total += height * columns * 9 * inputs * outputs
            inputs = outputs
    return total
