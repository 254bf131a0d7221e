"""Which images ``probes`` keeps pictures of."""

from __future__ import annotations

from collections.abc import Sequence

from ablate.errors import did_you_mean
from ablate.spec.kept_epochs import unreached
from ablate.spec.sections import ProbeOptions


def probed_images(options: ProbeOptions, names: Sequence[str]) -> dict[str, int]:
    """Name to place of the images that are probed, of those called ``names``; of images with one name the first.

    Check :func:`probe_problems` before.

    >>> probed_images(ProbeOptions(images=2), ["a", "b", "c", "d"])
    {'b': 1, 'd': 3}
    """
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    if not isinstance(options.images, int):
        return {name: places[name] for name in options.images}
    return {names[place]: places[names[place]] for place in spread(options.images, len(names))}


def probe_problems(options: ProbeOptions, names: Sequence[str]) -> list[str]:
    """What is wrong with the images of ``probes``, given the names of those of ``val``.

    >>> probe_problems(ProbeOptions(images=("street_2",)), ["street_1", "street_3"])
    ["val has no image 'street_2'. Did you mean 'street_3' or 'street_1'?"]
    """
    if isinstance(options.images, int):
        return []
    unknown = dict.fromkeys(name for name in options.images if name not in names)
    return [f"val has no image {name!r}. {did_you_mean(name, names)}".strip() for name in unknown]


def probe_warnings(options: ProbeOptions, epochs: int) -> list[str]:
    """What is hardly meant by the epochs of ``probes``, given those of the training.

    >>> probe_warnings(ProbeOptions(epochs=(40, 99)), 30)
    ['no picture is kept: a training of 30 epochs reaches none of 40 and 99']
    """
    missed = unreached(options.epochs, epochs) if options.images else ""
    return [f"no picture is kept: {missed}"] if missed else []


def spread(count: int, total: int) -> list[int]:
    """``count`` of ``total`` places, evenly spread; all, if there are no more.

    >>> spread(3, 9), spread(5, 2)
    ([1, 4, 7], [0, 1])
    """
    if count >= total:
        return list(range(total))
    return [(2 * number + 1) * total // (2 * count) for number in range(count)]
