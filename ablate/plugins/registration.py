"""What a plugin's file calls to register its members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from ablate.errors import TrialError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ablate.metrics.counts import Counts
    from ablate.results import Direction

Member = TypeVar("Member", bound=Callable[..., Any])
Key = tuple[str, str]

_REGISTERED: ContextVar[dict[Key, Any] | None] = ContextVar("what plugins register", default=None)


class PluginError(TrialError):
    """A plugin that cannot be imported, or is not what its text says."""


@contextmanager
def registrations() -> Iterator[Mapping[Key, Any]]:
    """Kind and name to what is registered inside the ``with`` block; elsewhere :func:`register` only checks."""
    found: dict[Key, Any] = {}
    token = _REGISTERED.set(found)
    try:
        yield found
    finally:
        _REGISTERED.reset(token)


def register(
    kind: str,
    name: str,
    /,
    *,
    direction: Direction | None = None,
    title: str = "",
    percent: bool = False,
    description: str = "",
    by_class: Callable[[Counts], NDArray[np.float64]] | None = None,
) -> Callable[[Member], Member]:
    """Register a class of options, or the function that computes a metric, under a name for study files.

    Args:
        kind: ``model``, ``data set``, ``augmentation``, ``loss``, ``optimizer``, ``scheduler`` or ``metric``.
        name: what study files write. This and the next arguments must be literals: they are read without executing.
        direction: of a metric: ``max`` if larger values are better, else ``min``.
        title: of a metric: the heading of its column; its name by default.
        percent: of a metric: whether its values, 0 to 1, are printed times 100.
        description: of a metric: a sentence; the function's docstring by default.
        by_class: of a metric: its value for each class, (C,) float64, ``nan`` where undefined.

    Raises:
        PluginError: what is decorated cannot be a member of that kind.
    """

    def added(member: Member) -> Member:
        found = member
        if kind == "metric":
            found = _metric(member, name, direction, title, percent, description, by_class)
        else:
            _check_class(member, kind, name)
        registered = _REGISTERED.get()
        if registered is not None:
            registered[kind, name] = found
        return member

    return added


def _metric(
    compute: Callable[[Counts], float],
    name: str,
    direction: Direction | None,
    title: str,
    percent: bool,
    description: str,
    by_class: Callable[[Counts], NDArray[np.float64]] | None,
) -> Any:
    from ablate.metrics.metric import Metric

    if direction is None:
        raise PluginError(f"metric {name!r} has no direction")
    return Metric(
        name=name,
        direction=direction,
        title=title or name,
        percent=percent,
        description=description or (compute.__doc__ or "").strip(),
        compute=lambda counts: float(compute(counts)),
        by_class=by_class,
    )


def _check_class(member: Any, kind: str, name: str) -> None:
    from ablate.spec.plugins.bases import KINDS, SECTIONS

    if kind not in SECTIONS:
        raise PluginError(f"unknown kind {kind!r}. {did_you_mean(kind, KINDS)}")
    if not isinstance(member, type) or not issubclass(member, SECTIONS[kind]):
        raise PluginError(f"{kind} {name!r} must be a subclass of {SECTIONS[kind].__name__}")
