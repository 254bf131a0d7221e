"""``ablate show``: one resolved row as a person would describe it."""

from __future__ import annotations

from typing import cast

from ablate.data.prepare import prepare
from ablate.errors import UsageError, did_you_mean
from ablate.plan.types import Condition, Plan
from ablate.runner.cards import config_yaml
from ablate.runner.study import Study
from ablate.spec.config import TrialConfig
from ablate.tasks.task import TaskOptions

PARTS = ("config", "model", "architecture")
_ELSEWHERE = (
    "# The network is made by a plugin, whose code only 'ablate run' executes: see model.txt and architecture.md\n"
    "# among the artifacts of the row's runs ('ablate ui').\n"
)


def show_row(study: Study, label: str | None = None, part: str | None = None) -> str:
    """The configuration of a row, its network as PyTorch prints it, and its architecture table; of a script the first.

    Raises:
        UsageError: no such row, or no such part.
    """
    if part is not None and part not in PARTS:
        raise UsageError(f"--part {part}: no such part. {did_you_mean(part, PARTS)}")
    condition = find_condition(study.plan, label)
    wanted = (part,) if part else PARTS
    texts = [config_yaml(condition.config)] if "config" in wanted else []
    training = condition.config.training
    if training is None and part not in (None, "config"):
        raise UsageError(f"--part {part}: a script's network is its own. Write --part config")
    if training is not None and set(wanted) - {"config"}:
        texts += [_ELSEWHERE] if _needs_plugins(training) else _network(study, training, wanted)
    return "\n".join(texts)


def _needs_plugins(config: TrialConfig) -> bool:
    """Whether the network depends on code that only trials execute."""
    return bool(type(config.model).__plugin_files__ or type(config.data).__plugin_files__)


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


def _network(study: Study, config: TrialConfig, wanted: tuple[str, ...]) -> list[str]:
    from ablate.engine.architecture import describe, to_markdown

    data = prepare(config.data, study.place, spaces=config.label_spaces)
    task = cast(TaskOptions, config.task)
    model = task.network(
        task.build(config.from_random.model, data.shape, len(data.classes), steps=1)
    )
    texts = [f"{model}\n"] if "model" in wanted else []
    if "architecture" in wanted:
        texts.append(to_markdown(describe(model, data.shape)))
    return texts
