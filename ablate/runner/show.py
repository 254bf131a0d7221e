"""``ablate show``: one resolved row as a person would describe it."""

from __future__ import annotations

from ablate.data.prepare import prepare
from ablate.errors import UsageError, did_you_mean
from ablate.plan.types import Condition, Plan
from ablate.runner.cards import config_yaml
from ablate.runner.study import Study

PARTS = ("config", "model", "architecture")


def show_row(study: Study, label: str | None = None, part: str | None = None) -> str:
    """The configuration of a row, its network as PyTorch prints it, and its architecture table.

    Raises:
        UsageError: no such row, or no such part.
    """
    if part is not None and part not in PARTS:
        raise UsageError(f"--part {part}: no such part. {did_you_mean(part, PARTS)}")
    condition = find_condition(study.plan, label)
    wanted = (part,) if part else PARTS
    texts = [config_yaml(condition.config)] if "config" in wanted else []
    if set(wanted) - {"config"}:
        texts += _network(study, condition, wanted)
    return "\n".join(texts)


def find_condition(plan: Plan, label: str | None) -> Condition:
    """The condition of a row's label or name; the baseline without one."""
    if label is None and plan.baseline in plan.conditions:
        return plan.conditions[plan.baseline]
    known = {condition.name: key for key, condition in plan.conditions.items()}
    for ablation in plan.ablations:
        for row in ablation.rows:
            known.setdefault(row.label, row.condition)
    if label is None:
        return next(iter(plan.conditions.values()))
    if label not in known:
        raise UsageError(f"no row is called {label!r}. {did_you_mean(label, known)}")
    return plan.conditions[known[label]]


def _network(study: Study, condition: Condition, wanted: tuple[str, ...]) -> list[str]:
    from ablate.engine.architecture import describe, to_markdown

    data = prepare(condition.config.data, study.place)
    model = condition.config.model.build(data.shape, len(data.classes))
    texts = [f"{model}\n"] if "model" in wanted else []
    if "architecture" in wanted:
        texts.append(to_markdown(describe(model, data.shape)))
    return texts
