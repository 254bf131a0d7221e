"""What the views of a study in MLflow show of it."""

from __future__ import annotations

from ablate.record.views import Outline
from ablate.runner.cards import varying_fields
from ablate.runner.study import Study


def outline(study: Study) -> Outline:
    """The study's metrics and what varies in it; predictions are those of its first seed."""
    plan = study.plan
    return Outline(
        primary=plan.primary.metric,
        maximize=plan.primary.maximize,
        columns=tuple(metric.metric for metric in study.layout.metrics),
        factors=varying_fields(plan),
        seed=plan.seeds[0],
    )
