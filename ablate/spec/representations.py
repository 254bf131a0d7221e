"""What cannot work, or is hardly meant, of ``representations``."""

from __future__ import annotations

from ablate.spec.kept_epochs import unreached
from ablate.spec.representation_choices import FEWEST_REPRESENTED
from ablate.spec.sections import RepresentationOptions


def representation_problems(options: RepresentationOptions | None, images: int) -> list[str]:
    """What is wrong with ``representations``, given how many images ``val`` has.

    >>> representation_problems(RepresentationOptions(), 4)
    ['representations need at least 10 images in val, and there are 4']
    """
    if options is None or images >= FEWEST_REPRESENTED:
        return []
    return [
        f"representations need at least {FEWEST_REPRESENTED} images in val, and there are {images}"
    ]


def representation_warnings(options: RepresentationOptions | None, epochs: int) -> list[str]:
    """What is hardly meant by the epochs of ``representations``, given those of the training.

    >>> representation_warnings(RepresentationOptions(epochs=(40, 99)), 30)
    ['no representation is kept: a training of 30 epochs reaches none of 40 and 99']
    """
    missed = unreached(options.epochs, epochs) if options is not None else ""
    return [f"no representation is kept: {missed}"] if missed else []
