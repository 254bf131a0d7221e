"""What a delivery came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """How a study stands at a tracking server after one pass.

    ``there`` counts the runs that are there as they are here, ``delivered`` those of them that this pass brought,
    ``waiting`` those the server still lacks. ``deleted`` names runs that somebody deleted at the server, which are
    not made again, ``refused`` maps runs that the server did not take to the reason; they wait too. ``error`` says
    why the pass ended early.
    """

    there: int = 0
    delivered: int = 0
    waiting: int = 0
    deleted: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing waits."""
        return self.waiting == 0 and self.error is None


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How the delivery that goes on beside a run stands.

    ``error`` is why runs wait, ``since`` (seconds since 1970) when that began; both ``None`` while the server answers.
    """

    delivered: int = 0
    waiting: int = 0
    error: str | None = None
    since: float | None = None
