"""What a search *is*: a hash of everything that can change what it proposes, and of nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ablate.files import canonical_json, hash_value
from ablate.plan.search.types import Dimension
from ablate.spec.options import Options, identity_tree

#: Raised when the meaning of a search changes, so that old ones are not gone on with.
VERSION = 1


def search_key(
    base: str,
    space: Sequence[Dimension],
    sampler: Options,
    pruner: Options | None,
    seeds: Sequence[int],
    objective: str,
    *,
    maximize: bool,
) -> str:
    """The hash of a search.

    Args:
        base: the condition key of the configuration that proposals change.
        space: in any order.
        sampler: with its seed.
        pruner: ends trials early, if there is one.
        seeds: those that each configuration is tried on.
        objective: the validation metric.
        maximize: whether larger is better.
    """
    return hash_value(
        {
            "version": VERSION,
            "base": base,
            "space": {dimension.field: _tree(dimension) for dimension in space},
            "sampler": identity_tree(sampler),
            "pruner": identity_tree(pruner),
            "seeds": list(seeds),
            "objective": objective,
            "maximize": maximize,
        }
    )


def _tree(dimension: Dimension) -> dict[str, Any]:
    when = {field: sorted(map(canonical_json, values)) for field, values in dimension.when.items()}
    return {
        "kind": dimension.kind,
        "range": (dimension.low, dimension.high, dimension.log, dimension.step),
        "choices": dimension.choices,
        "when": when,
    }
