"""The plan of one search: options and a configuration to start from, put together."""

from __future__ import annotations

from collections.abc import Sequence

from ablate.plan.identity import condition_key
from ablate.plan.search.key import search_key
from ablate.plan.search.options import SearchOptions
from ablate.plan.search.proposals import Proposals
from ablate.plan.search.types import SearchPlan
from ablate.spec.config import Config


def plan_search(
    options: SearchOptions,
    config: Config,
    seeds: Sequence[int],
    proposals: Proposals,
    *,
    ablation: str,
    row: str,
) -> SearchPlan:
    """A search over ``config``.

    Args:
        options: as the study file has them.
        config: the configuration that proposals change, resolved.
        seeds: the study's; each configuration is tried on the first of them.
        proposals: gives the conditions, and the search its name.
        ablation: whose search it is.
        row: the row that it completes.
    """
    space, objective = options.dimensions, config.primary.monitored
    used, maximize = tuple(seeds[: options.seeds]), config.primary.maximize
    key = search_key(
        condition_key(config),
        space,
        options.sampler,
        options.pruner,
        used,
        objective,
        maximize=maximize,
    )
    return SearchPlan(
        key=key,
        name=proposals.name,
        ablation=ablation,
        row=row,
        space=space,
        sampler=options.sampler,
        pruner=options.pruner,
        budget=options.budget.budget,
        seeds=used,
        objective=objective,
        maximize=maximize,
        epochs=config.epochs or 1,
        condition=proposals,
    )
