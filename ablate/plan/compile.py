"""A study's draft to its plan: every ablation expanded, every condition resolved, each trial once."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any

from ablate.errors import StudyError, UsageError, did_you_mean
from ablate.plan.ablations import AblationCompiler, Base, Compiled
from ablate.plan.conditions import Conditions
from ablate.plan.designs.base import Ablation
from ablate.plan.search.proposals import proposed_conditions
from ablate.plan.search.types import SearchPlan
from ablate.plan.stages import stage_conditions, stage_trials, used_stages
from ablate.plan.starts import chain, read_starts
from ablate.plan.types import AblationPlan, Plan, Trial
from ablate.spec.member import Member
from ablate.spec.options import freeze
from ablate.spec.overrides import apply_overrides
from ablate.spec.resolution import validate
from ablate.spec.stages import resolve
from ablate.spec.study import Draft, knows_plugins

#: Key of a finished search to the best parameters that it found: dotted field to value.
Found = Mapping[str, Mapping[str, Any]]

_ANY_DESIGN = Annotated[Ablation, Member("design", key="design")]


@knows_plugins
def compile_plan(
    draft: Draft, only: Collection[str] = (), found: Found = MappingProxyType({})
) -> Plan:
    """The plan of a study, or of some of its ablations.

    Rows whose configuration a search has still to find are left out, and named in ``AblationPlan.waiting``. With the
    search's best parameters in ``found`` they are there, and all other rows stay as they were.

    Raises:
        StudyError: with every problem of the file.
        UsageError: ``only`` names no ablation of the study.
    """
    for name in only:
        if name not in draft.ablations:
            hint = did_you_mean(name, draft.ablations)
            raise UsageError(f"--only {name}: no such ablation. {hint}")
    conditions = Conditions(draft)
    options = _read(conditions)
    starts = read_starts(conditions, options)
    compiled = _compile(conditions, options, starts, found)
    _check_budgets(conditions, compiled)
    _warn_of_unused(conditions, compiled)
    problems = [*draft.problems, *conditions.problems]
    if problems or draft.config is None or draft.header is None:
        raise StudyError(draft.document.file, list(dict.fromkeys(problems)))
    shown = [name for name in compiled if not only or name in only]
    needed = {needed for name in shown for needed in chain(name, starts)}
    searches = _searches(compiled[name] for name in compiled if name in needed)
    return _plan(conditions, [compiled[name].plan for name in shown], searches)


def _read(conditions: Conditions) -> dict[str, Ablation | None]:
    options: dict[str, Ablation | None] = {}
    for name, value in conditions.draft.ablations.items():
        options[name], mistakes = validate(_ANY_DESIGN, value)
        for path, message, remedy in mistakes:
            conditions.complain(("ablations", name, *path), message, remedy)
    return options


def _compile(
    conditions: Conditions,
    options: Mapping[str, Ablation | None],
    starts: Mapping[str, str],
    found: Found,
) -> dict[str, Compiled]:
    """The ablations in the order of the file, compiled in an order in which each finds what it needs.

    Those that need no search come first, so that the names of their conditions do not depend on what searches find.
    """
    header = conditions.draft.header
    seeds: Any = header.seeds if header else ()
    compiler = AblationCompiler(conditions, seeds, found)
    compiled: dict[str, Compiled] = {}

    def needs(name: str) -> tuple[bool, int]:
        item, steps = options[name], len(chain(name, starts))
        return steps > 1 or (item is not None and item.search is not None), steps

    for name in sorted(options, key=needs):
        item = options[name]
        if item is None:
            continue
        base = _base(conditions, starts.get(name), compiled, found)
        result = compiler.compile(name, item, base)
        if result is not None:
            compiled[name] = result
    return {name: compiled[name] for name in options if name in compiled}


def _base(
    conditions: Conditions,
    start: str | None,
    compiled: Mapping[str, Compiled],
    found: Found,
) -> Base:
    """What an ablation starts from: the study's own configuration, or the best that a search found."""
    parent = compiled.get(start or "")
    if start is None or parent is None:  # one that could not be compiled is a problem of its own
        return Base(conditions.draft.tree, conditions.draft.config)
    params = found.get(parent.searches[0].key) if parent.searches else None
    if params is None:
        return replace(parent.base, search=start, pending=parent.space)
    tree = apply_overrides(parent.base.tree, freeze(params))
    return Base(tree, resolve(tree)[0], start)  # the search's own row tells what is wrong with it


def _check_budgets(conditions: Conditions, compiled: Mapping[str, Compiled]) -> None:
    """Searches that are the same are run once, which needs one budget."""
    first: dict[str, SearchPlan] = {}
    for item in compiled.values():
        for search in item.searches:
            other = first.setdefault(search.key, search)
            if other.budget != search.budget:
                rule = f"this is the same search as that of '{other.name}', with another budget"
                place = (*item.search_place, "budget")
                conditions.complain(place, rule, "Give both the same budget")


def _searches(compiled: Iterable[Compiled]) -> tuple[SearchPlan, ...]:
    """The searches of ablations, each once."""
    found: dict[str, SearchPlan] = {}
    for search in itertools.chain.from_iterable(item.searches for item in compiled):
        found.setdefault(search.key, search)
    return tuple(found.values())


def _plan(
    conditions: Conditions, ablations: Sequence[AblationPlan], searches: tuple[SearchPlan, ...]
) -> Plan:
    draft = conditions.draft
    assert draft.header is not None  # noqa: S101  (compile_plan has checked it)
    used = dict.fromkeys(row.condition for ablation in ablations for row in ablation.rows)
    rows = {key: conditions.by_key[key] for key in used}
    proposed = {item.key: item for item in proposed_conditions(searches)} if draft.stages else {}
    starting = {**proposed, **rows}
    stages = stage_conditions([item.config for item in starting.values()], conditions.full)
    seeds: Any = draft.header.seeds
    places = [(key, seed) for seed in seeds for key in starting]
    first = stage_trials(places, {**starting, **stages}, seeds)
    own = (Trial(key, seed, f"{rows[key].name}, seed {seed}") for seed in seeds for key in rows)
    trials = {trial.place: trial for trial in first}
    for trial in own:
        trials[trial.place] = trial  # in the place of a stage that is the same, which goes first
    return Plan(
        draft.name,
        draft.header.description,
        conditions.baseline,
        seeds,
        {**rows, **stages, **rows},
        tuple(ablations),
        tuple(trials.values()),
        tuple(conditions.warnings),
        searches,
    )


def _warn_of_unused(conditions: Conditions, compiled: Mapping[str, Compiled]) -> None:
    """Stages that nothing starts from, unless what a search finds may."""
    if any(item.plan.waiting for item in compiled.values()):
        return
    starting = (*conditions.by_key.values(), *proposed_conditions(_searches(compiled.values())))
    used = used_stages(item.config for item in starting)
    for name in conditions.draft.stages:
        if name not in used:
            conditions.warn(("stages", name), "no row starts from this stage: it is not trained")
