"""Which conditions of a plan may be ended early."""

from __future__ import annotations

from ablate.plan.types import Plan


def prunable_conditions(plan: Plan) -> frozenset[str]:
    """The conditions that stand only in ablations with a pruner, and are neither the baseline nor a reference.

    A row that others start from is not ended early either.
    """
    if not any(ablation.pruner for ablation in plan.ablations):
        return frozenset()
    judged: set[str] = set()
    kept = {plan.baseline, *plan.upstream_conditions}
    for ablation in plan.ablations:
        for row in ablation.rows:
            safe = ablation.pruner is None or row.reference is None
            (kept if safe else judged).add(row.condition)
    return frozenset(judged - kept)
