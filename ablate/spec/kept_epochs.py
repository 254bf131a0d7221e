"""Which epochs of a training something is kept of: ``epochs`` of ``probes`` and of ``representations``."""

from __future__ import annotations

import math

from ablate.spec.probe_choices import ProbeEpochs


def kept_epochs(wanted: ProbeEpochs, epochs: int) -> frozenset[int]:
    """The epochs of a training of ``epochs`` of which something is kept, whenever it ends.

    ``last`` is not among them: which epoch that is shows when no other follows. Numbers beyond ``epochs`` are never
    reached. A share is rounded to the nearest epoch, and ``middle`` is a share of 0.5.

    >>> sorted(kept_epochs(("first", 0.25, "middle", "last", 100), 40))
    [1, 10, 20]
    """
    found = {_number(one, epochs) for one in wanted if one != "last"}
    return frozenset(number for number in found if number <= epochs)


def is_kept(wanted: ProbeEpochs, epoch: int, epochs: int, *, last: bool) -> bool:
    """Whether something is kept after ``epoch`` of ``epochs``; ``last``: no other follows.

    >>> is_kept(("last",), 7, 40, last=True)
    True
    """
    return epoch in kept_epochs(wanted, epochs) or (last and "last" in wanted)


def unreached(wanted: ProbeEpochs, epochs: int) -> str:
    """What a training of ``epochs`` does not reach, if that is all that is wanted; else nothing.

    >>> unreached((40, 99), 30)
    'a training of 30 epochs reaches none of 40 and 99'
    """
    if "last" in wanted or kept_epochs(wanted, epochs):
        return ""
    *others, last = (str(epoch) for epoch in dict.fromkeys(wanted))
    missed = f"none of {', '.join(others)} and {last}" if others else f"no epoch {last}"
    return f"a training of {epochs} epoch{'' if epochs == 1 else 's'} reaches {missed}"


def _number(wanted: str | float, epochs: int) -> int:
    if isinstance(wanted, int):
        return wanted
    if wanted == "first":
        return 1
    share = 0.5 if isinstance(wanted, str) else wanted
    return max(1, math.floor(share * epochs + 0.5))
