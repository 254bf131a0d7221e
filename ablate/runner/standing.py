"""How a study stands: its trials counted by what became of them, and how far its searches are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ablate.plan.search.types import SearchResult
from ablate.plan.types import Plan
from ablate.results import ResultSet, Status
from ablate.runner.prunable import prunable_conditions


@dataclass(frozen=True, slots=True)
class Standing:
    """A study at one moment.

    ``counts`` holds the recorded trials of rows; ``not_run`` those that never will run, since their row was pruned;
    ``absent`` those that have not started; ``waiting`` the rows whose configuration a search has still to find.
    """

    study: str
    total: int
    counts: Mapping[Status, int]
    not_run: int = 0
    absent: int = 0
    waiting: int = 0
    searches: Mapping[str, SearchResult] = field(default_factory=dict)

    @property
    def settled(self) -> int:
        """Trials with which nothing more happens."""
        return self.not_run + sum(n for status, n in self.counts.items() if status.settled)

    @property
    def complete(self) -> bool:
        """Whether running the study again would train nothing."""
        searched = all(result.finished for result in self.searches.values())
        return self.settled == self.total and not self.waiting and searched

    @property
    def text(self) -> str:
        """One line.

        >>> Standing("basenet", 9, {Status.FINISHED: 4, Status.PRUNED: 1}, not_run=2, absent=2).text
        'basenet: 9 trials: 4 finished, 1 pruned, 2 not run (their row was pruned), 2 not started'
        """
        parts = [f"{self.counts[status]} {status}" for status in Status if self.counts.get(status)]
        parts += [f"{self.not_run} not run (their row was pruned)"] if self.not_run else []
        parts += [f"{self.absent} not started"] if self.absent else []
        rows = "row waits" if self.waiting == 1 else "rows wait"
        parts += [f"{self.waiting} {rows} for a search"] if self.waiting else []
        return f"{self.study}: {self.total} trials: {', '.join(parts)}"


def standing(plan: Plan, results: ResultSet, searches: Mapping[str, SearchResult]) -> Standing:
    """How a plan stands, given what is recorded of its trials and its searches."""
    prunable = prunable_conditions(plan)
    recorded = {
        (item.condition, item.seed): item.status
        for item in results
        if item.status is not Status.PRUNED or item.condition in prunable
    }
    pruned = {place[0] for place, status in recorded.items() if status is Status.PRUNED}
    open_trials = [t for t in plan.trials if (t.condition, t.seed) not in recorded]
    not_run = sum(trial.condition in pruned for trial in open_trials)
    return Standing(
        study=plan.study,
        total=len(plan.trials),
        counts=Counter(recorded.values()),
        not_run=not_run,
        absent=len(open_trials) - not_run,
        waiting=sum(len(ablation.waiting) for ablation in plan.ablations),
        searches=searches,
    )
