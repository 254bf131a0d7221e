"""Which rows of a study fall so far behind that they are ended early."""

from __future__ import annotations

from ablate.plan.types import Plan
from ablate.results import Failed, Finished, Status
from ablate.runner.prunable import prunable_conditions
from ablate.runner.study import Study
from ablate.schedule.pruning import Pruning


class RowsJudge:
    """Judges the rows of ablations with a pruner, each on its first seed, at the same epochs.

    The baseline and references are what others are compared with and never end early, and neither does a row that also
    stands in an ablation without a pruner. A row that is pruned gets no further seeds.
    """

    def __init__(self, study: Study) -> None:
        self._first_seed = study.plan.seeds[0]
        self._pruned: set[str] = set()
        self._pruners: dict[str, Pruning] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._prunable: frozenset[str] = frozenset()
        self.follow(study.plan)
        if self._pruners:
            self._replay(study)

    def follow(self, plan: Plan) -> None:
        """Take up rows that the plan has gained; what was heard so far stays."""
        self._prunable = prunable_conditions(plan)
        for ablation in plan.ablations:
            if ablation.pruner is None or not ablation.rows:
                continue
            self._members[ablation.name] = frozenset(row.condition for row in ablation.rows)
            if ablation.name not in self._pruners:
                epochs = [plan.conditions[row.condition].config.epochs for row in ablation.rows]
                self._pruners[ablation.name] = Pruning(
                    ablation.pruner,
                    "max" if plan.primary.maximize else "min",
                    max(count or 1 for count in epochs),
                    f"{plan.study}/{ablation.name}",
                )

    def is_pruned(self, condition: str) -> bool:
        """Whether no further seed of a condition shall run."""
        return condition in self._pruned

    def heard(self, condition: str, seed: int, epoch: int, value: float) -> str | None:
        """Why a trial shall end after this epoch, if it shall."""
        if condition in self._pruned:
            return f"pruned with seed {self._first_seed}"
        if seed != self._first_seed:
            return None
        behind = [p.report(condition, epoch, value) for p in self._pruners_of(condition)]
        if condition not in self._prunable or not all(behind):
            return None
        self._pruned.add(condition)
        return f"pruned after epoch {epoch}"

    def ended(self, condition: str, seed: int, event: Finished | Failed) -> None:
        """A trial ended."""
        if seed == self._first_seed:
            status = Status.FINISHED if isinstance(event, Finished) else event.status
            for pruner in self._pruners_of(condition):
                pruner.tell(condition, status)

    def _pruners_of(self, condition: str) -> list[Pruning]:
        return [self._pruners[name] for name, rows in self._members.items() if condition in rows]

    def _replay(self, study: Study) -> None:
        """Take up what earlier runs recorded."""
        results = [r for r in study.results() if r.seed == self._first_seed]
        metric = study.plan.primary.monitored
        curves = study.records.curves([r.run_id for r in results], metric) if results else {}
        for result in results:
            if result.status is Status.PRUNED and result.condition in self._prunable:
                self._pruned.add(result.condition)
            for pruner in self._pruners_of(result.condition):
                pruner.replay(result.condition, curves.get(result.run_id, ()), result.status)
