"""Ending rows of an ablation that fall behind, with Optuna's pruners."""

from __future__ import annotations

from collections.abc import Sequence

from ablate.errors import UsageError
from ablate.plan.search.pruners import Hyperband
from ablate.results import Direction, Status
from ablate.spec.options import Options


class Pruning:
    """Judges the members of an ablation by their curves, all at the same epochs.

    Whoever must not be pruned (the baseline, references) is reported like the others, so that they are compared with
    it; the answer is left aside. Its state is a function of what it is told, so that it can be rebuilt from records.

    Args:
        pruner: one that judges epochs.
        direction: of the values.
        epochs: those of the longest training.
        key: names the ablation.

    Raises:
        UsageError: hyperband, whose brackets would judge the members at different epochs.
    """

    def __init__(self, pruner: Options, direction: Direction, epochs: int, key: str) -> None:
        from ablate.schedule.memory_study import MemoryStudy
        from ablate.schedule.pruners import build_pruner

        if isinstance(pruner, Hyperband):
            rule = "hyperband would judge the rows of an ablation at different epochs"
            raise UsageError(f"{key}: {rule}. Use successive_halving or median")
        self._trials = MemoryStudy(key, direction == "max", build_pruner(pruner, epochs))
        self._running: dict[str, int] = {}

    def report(self, member: str, epoch: int, value: float) -> bool:
        """Note the value of an epoch (from 1); ``True``: the member is behind.

        An epoch that is reported again, after a restart, changes nothing. A member that has ended is being run again,
        and counts anew.
        """
        return self._trials.report(self._number(member), epoch, value)

    def tell(self, member: str, status: Status) -> None:
        """Note how a member ended; one that was interrupted stays open, since it goes on."""
        if not status.settled:
            return
        number = self._number(member)
        self._trials.tell(number, self._trials.last_value(number), status)
        del self._running[member]

    def replay(self, member: str, curve: Sequence[tuple[int, float]], status: Status) -> None:
        """Take up what the records hold of a member, before it is reported."""
        self._trials.recall(self._number(member), curve, status)
        self.tell(member, status)

    def _number(self, member: str) -> int:
        if member not in self._running:
            self._running[member] = self._trials.add({}, {})
        return self._running[member]
