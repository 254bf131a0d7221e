"""One ablation compiled: its rows resolved, and the searches that complete them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ablate.errors import did_you_mean
from ablate.plan.conditions import Conditions
from ablate.plan.contrasts import plan_contrasts, unknown_rows
from ablate.plan.designs.base import BASELINE, Ablation, Baseline, Expansion, RowSpec
from ablate.plan.identity import condition_key
from ablate.plan.rows import arrange_rows
from ablate.plan.search.notes import prune_note, selection_note, start_note, tuned_note
from ablate.plan.search.options import SearchOptions
from ablate.plan.search.plans import plan_search
from ablate.plan.search.proposals import Proposals
from ablate.plan.search.rules import check_pruner, check_settings, check_start, space_mistakes
from ablate.plan.search.types import Dimension, SearchPlan
from ablate.plan.types import AblationPlan
from ablate.spec.blame import Mistake
from ablate.spec.config import Config
from ablate.spec.options import Tree, freeze
from ablate.spec.overrides import apply_overrides
from ablate.spec.stages import study_tree
from ablate.spec.suits import unmeasured
from ablate.spec.yaml_file import KeyPath


@dataclass(frozen=True, slots=True)
class Base:
    """The configuration that an ablation's rows start from: as written, and resolved.

    ``search`` names the search that it comes from, if it is not the study's own. ``pending`` is that search's space
    while its best configuration is not known; the configuration is then the one that the search starts from.
    """

    tree: Tree
    config: Config | None
    search: str | None = None
    pending: tuple[Dimension, ...] = ()

    @property
    def full(self) -> Tree:
        """With every default and every stage; empty while the study's own configuration is wrong."""
        return study_tree(self.config) if self.config else {}

    @property
    def key(self) -> str:
        """Its condition key; empty while the study's own configuration is wrong."""
        return condition_key(self.config) if self.config else ""


@dataclass(frozen=True, slots=True)
class Compiled:
    """An ablation, where it starts, and its searches as far as they are known.

    ``space`` is the one that they share, and ``search_place`` where the study file has it.
    """

    base: Base
    plan: AblationPlan
    searches: tuple[SearchPlan, ...] = ()
    space: tuple[Dimension, ...] = ()
    search_place: KeyPath = ()


@dataclass(frozen=True, slots=True)
class _Cell:
    """What is known of a row: its condition, the search that completes it, and what is wrong with that one's space."""

    condition: str | None = None
    search: SearchPlan | None = None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class AblationCompiler:
    """Compiles ablations one by one; ``found`` has the best parameters of each finished search, by its key."""

    conditions: Conditions
    seeds: tuple[int, ...]
    found: Mapping[str, Mapping[str, Any]]

    def compile(self, name: str, options: Ablation, base: Base) -> Compiled | None:
        """The plan of an ablation; ``None`` if there are problems."""
        place: KeyPath = ("ablations", name)
        expansion = options.expand(Baseline(base.tree, base.full))
        if self._labels_clash(expansion, place):
            return None
        if base.config is not None:
            self._check(options, base.config, place)
        cells = {row.label: self._cell(name, options, base, row) for row in expansion.rows}
        known = {label: cell for label, cell in cells.items() if cell is not None}
        self._complain_of_spaces(known, sum(map(options.is_searched, cells)))
        unnamed = self._contrasts_of_no_row(options, expansion, place)
        if len(known) < len(cells) or self._reference_missing(options, expansion, place) or unnamed:
            return None
        searches = {cell.search.key: cell.search for cell in known.values() if cell.search}
        plan = self._plan(name, options, base, expansion, known, tuple(searches))
        if options.search is None:
            return Compiled(base, plan)
        shared, where = options.search
        return Compiled(base, plan, tuple(searches.values()), shared.dimensions, (*place, *where))

    def _check(self, options: Ablation, config: Config, place: KeyPath) -> None:
        if options.primary is not None:
            for _, message, remedy in unmeasured(config, options.primary):
                self.conditions.complain((*place, "primary"), message, remedy)
        if options.search is not None:
            search, where = options.search
            check_settings(self.conditions, search, config, self.seeds, (*place, *where))
        if options.row_pruner is not None:
            check_pruner(self.conditions, options.row_pruner, config, 0, (*place, "prune"))

    def _cell(self, name: str, options: Ablation, base: Base, row: RowSpec) -> _Cell | None:
        place: KeyPath = ("ablations", name)
        config = self.conditions.resolve_row(base.tree, row, place)
        if config is None:
            return None
        if base.search is not None and base.pending:
            check_start(self.conditions, base.tree, base.search, base.pending, row, place)
        if options.search is not None and options.is_searched(row.label):
            return self._searched_cell(name, options.search, base, row, config)
        if base.pending:
            return _Cell()
        late = base.search is not None
        return _Cell(self.conditions.add(config, row.label, name, always_qualify=late))

    def _searched_cell(
        self,
        name: str,
        search: tuple[SearchOptions, KeyPath],
        base: Base,
        row: RowSpec,
        config: Config,
    ) -> _Cell | None:
        options, where = search
        place: KeyPath = ("ablations", name, *where)
        tree = apply_overrides(base.tree, row.overrides)
        mistakes = space_mistakes(self.conditions, tree, options.dimensions, place)
        if mistakes or base.pending:
            return _Cell(mistakes=mistakes)
        title = f"{name}: {row.label}" if where else name
        proposals = Proposals(title, tree, self.conditions.full, self.conditions.draft.plugins)
        plan = plan_search(options, config, self.seeds, proposals, ablation=name, row=row.label)
        params = self.found.get(plan.key)
        if params is None:
            return _Cell(search=plan)
        best = RowSpec(row.label, freeze(params), {})
        found = self.conditions.resolve_row(tree, best, place)
        if found is None:
            return None
        return _Cell(self.conditions.add(found, row.label, name, always_qualify=True), plan)

    def _complain_of_spaces(self, cells: Mapping[str, _Cell], searched: int) -> None:
        """Say what is wrong for every row once, and of anything else for which rows."""
        rows: dict[Mistake, list[str]] = {}
        for label, cell in cells.items():
            for mistake in cell.mistakes:
                rows.setdefault(mistake, []).append(f"'{label}'")
        for (place, message, remedy), labels in rows.items():
            where = f" in {', '.join(labels)}" if len(labels) < searched else ""
            self.conditions.complain(place, message + where, remedy)

    def _plan(
        self,
        name: str,
        options: Ablation,
        base: Base,
        expansion: Expansion,
        cells: Mapping[str, _Cell],
        searches: tuple[str, ...],
    ) -> AblationPlan:
        keys = {label: cell.condition for label, cell in cells.items() if cell.condition}
        baseline = keys.get(BASELINE, "") if BASELINE in cells else base.key
        rows, remarks = arrange_rows(expansion.rows, keys, baseline, options.reference)
        for remark in remarks:
            self.conditions.warn(("ablations", name), remark)
        return AblationPlan(
            name,
            options.design,
            rows,
            expansion.factors,
            (*expansion.notes, *_notes(options, base)),
            options.description,
            options.min_effect,
            tuple(label for label in cells if label not in keys),
            searches,
            options.row_pruner,
            options.primary,
            expansion.axes,
            plan_contrasts(options.contrasts, rows, keys, baseline),
        )

    def _contrasts_of_no_row(self, options: Ablation, expansion: Expansion, place: KeyPath) -> bool:
        labels = [row.label for row in expansion.rows]
        mistakes = list(unknown_rows(options.contrasts, labels))
        for path, message, remedy in mistakes:
            self.conditions.complain((*place, *path), message, remedy)
        return bool(mistakes)

    def _labels_clash(self, expansion: Expansion, place: KeyPath) -> bool:
        labels = [row.label for row in expansion.rows]
        twice = {label for index, label in enumerate(labels) if label in labels[:index]}
        for label in sorted(twice):
            rule = f"two rows are called '{label}'"
            self.conditions.complain(place, rule, "Give each a name of its own")
        return bool(twice)

    def _reference_missing(self, options: Ablation, expansion: Expansion, place: KeyPath) -> bool:
        labels = [row.label for row in expansion.rows]
        for row in expansion.rows:
            wanted = options.reference or row.reference
            if wanted is not None and wanted not in labels:
                hint = did_you_mean(wanted, labels)
                where = (*place, "reference") if options.reference else (*place, "rows", row.label)
                self.conditions.complain(where, f"the reference '{wanted}' is not a row", hint)
                return True
        return False


def _notes(options: Ablation, base: Base) -> Iterator[str]:
    if base.search is not None:
        yield start_note(base.search)
    if options.search is not None and options.search[1]:
        yield tuned_note(options.search[0])
    if base.config is not None and (base.search is not None or options.search is not None):
        yield selection_note(base.config.primary)
    if options.row_pruner is not None:
        yield prune_note(options.row_pruner.name)
