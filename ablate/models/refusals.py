"""What other libraries raise, as errors that name the model and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ablate.catalogue.probe import REFUSALS
from ablate.errors import TrialError


@contextmanager
def explained(what: str, remedy: str) -> Iterator[None]:
    """Turn a library's refusal into ``what: its reason; remedy``.

    >>> with explained("model x cannot be built", "check model.options"):
    ...     raise TypeError("unexpected argument 'colour'")
    Traceback (most recent call last):
    ablate.errors.TrialError: model x cannot be built: unexpected argument 'colour'; check model.options
    """
    try:
        yield
    except REFUSALS as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise TrialError(f"{what}: {reason}; {remedy}") from error


@contextmanager
def downloading(name: str) -> Iterator[None]:
    """Turn a download that fails into an error that names the way without a network."""
    try:
        yield
    except OSError as error:
        raise TrialError(
            f"cannot download the weights of {name} ({error}); connect to the network "
            "once, or set model.weights to the path of a state dict"
        ) from error
