"""What a search must fit in the study around it: the seeds, the epochs, the configuration that it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ablate.plan.conditions import Conditions
from ablate.plan.designs.base import RowSpec
from ablate.plan.search.options import SearchOptions
from ablate.plan.search.pruners import PrunerOptions
from ablate.plan.search.space import Probe, probes, same
from ablate.plan.search.types import Dimension
from ablate.spec.blame import Mistake, blame
from ablate.spec.config import Config
from ablate.spec.options import Tree, to_tree
from ablate.spec.overrides import apply_overrides, get_field
from ablate.spec.stages import resolve
from ablate.spec.text import show_value
from ablate.spec.yaml_file import KeyPath


def check_settings(
    conditions: Conditions,
    options: SearchOptions,
    config: Config,
    seeds: Sequence[int],
    place: KeyPath,
) -> None:
    """Note what the seeds and epochs of the study leave a search without."""
    if options.seeds > len(seeds):
        rule = f"the study has only {len(seeds)}, and each configuration is tried on those"
        conditions.warn((*place, "seeds"), rule)
    if options.pruner is not None:
        check_pruner(
            conditions, options.pruner, config, len(seeds[: options.seeds]), (*place, "pruner")
        )
    full = to_tree(config)
    for dimension in options.dimensions:
        if dimension.kind == "int" and isinstance(get_field(full, dimension.field), float):
            low = show_value(float(dimension.low))
            message = f"only whole numbers are tried; write low: {low} for all numbers between"
            conditions.warn((*place, "space", dimension.field), message)
    for message in options.sampler.warnings(options.dimensions):
        conditions.warn((*place, "sampler"), message)


def check_pruner(
    conditions: Conditions,
    pruner: PrunerOptions,
    config: Config,
    seeds: int,
    place: KeyPath,
) -> None:
    """Note a pruner that would judge only when there is nothing left to save."""
    if config.epochs is None and pruner.needs_epochs:
        rule = f"{pruner.name} divides the epochs of a trial, and those of this script are unknown"
        conditions.complain(place, rule, "Say how many it reports: task: {epochs: ...}")
    count, unit = (config.epochs, "epoch") if pruner.judges == "epochs" else (seeds, "seed")
    first = pruner.first_judgement()
    if count is not None and first >= count:
        message = (
            f"{pruner.name} judges after {unit} {first} at the earliest, and there are {count}"
        )
        conditions.warn(place, f"{message}: nothing will be ended early")


def space_mistakes(
    conditions: Conditions, tree: Tree, space: Sequence[Dimension], place: KeyPath
) -> tuple[Mistake, ...]:
    """Each end and each choice, resolved over ``tree``: those that no configuration can have, at their lines."""
    own: list[Mistake] = []
    others: list[Mistake] = []
    for probe in probes(space):
        for mistake in _mistakes(conditions, tree, space, probe, place):
            if mistake[0][: len(place) + 2] == (*place, "space", probe.dimension.field):
                own.append(mistake)
            else:
                others.append(_together(mistake, probe))
    return tuple(dict.fromkeys(own or others))


def check_start(
    conditions: Conditions,
    tree: Tree,
    search: str,
    space: Sequence[Dimension],
    row: RowSpec,
    place: KeyPath,
) -> None:
    """Try a row over each end and choice that the search which it starts from may find."""
    origins = {key: (*place, *origin) for key, origin in row.origins.items()}
    for probe in probes(space):
        bases = [apply_overrides(tree, params) for params in probe.proposals]
        tried = [
            resolve(apply_overrides(base, row.overrides)) for base in bases if resolve(base)[0]
        ]
        if not tried or any(config for config, _ in tried):
            continue
        found = f"if '{search}' finds {probe.dimension.field} = {show_value(probe.value)}"
        for path, message, remedy in blame(tried[0][1], conditions.known, origins, place):
            conditions.complain(path, f"{message} {found}", remedy)


def _mistakes(
    conditions: Conditions,
    tree: Tree,
    space: Sequence[Dimension],
    probe: Probe,
    place: KeyPath,
) -> Iterator[Mistake]:
    """What is wrong with a value, if every proposal with it is; at the value, or at the one that it does not fit."""
    tried = [resolve(apply_overrides(tree, params)) for params in probe.proposals]
    if not tried or any(config for config, _ in tried):
        return
    params = probe.proposals[0]
    origins = {
        dimension.field: _written_at(
            conditions, (*place, "space", dimension.field), dimension, params[dimension.field]
        )
        for dimension in space
        if dimension.field in params
    }
    yield from blame(tried[0][1], conditions.known, origins, origins[probe.dimension.field])


def _written_at(
    conditions: Conditions, place: KeyPath, dimension: Dimension, value: Any
) -> KeyPath:
    """Where a study file has this end or choice of a dimension."""
    if dimension.kind == "choice":
        index = next(i for i, choice in enumerate(dimension.choices) if same(choice, value))
        listed = (*place, "choices")
        return (*listed, index) if listed in conditions.draft.document.lines else (*place, index)
    for end, limit in (("low", dimension.low), ("high", dimension.high)):
        if same(value, limit):
            return (*place, end)
    return place


def _together(mistake: Mistake, probe: Probe) -> Mistake:
    place, message, remedy = mistake
    field = probe.dimension.field
    if probe.dimension.kind == "choice":
        remedy = f"Vary it only where it applies, with when: {{{field}: ...}}"
    return place, f"{message} where {field} is {show_value(probe.value)}", remedy
