"""Complete factorials with random values, and the tables that are made of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ablate.plan.types import Contrast, Plan
from ablate.report import study_tables
from ablate.report.table import AblationTable
from ablate.results import ResultSet

from .studies import RowDraft, make_plan, results

Cell = tuple[int, ...]


def label(cell: Cell) -> str:
    """``a0 b1``."""
    return " ".join(f"{name}{place}" for name, place in zip("abcd", cell, strict=False))


def factorial_plan(shape: Sequence[int], seeds: int = 3, **options: object) -> Plan:
    """A grid with the factors ``x.a``, ``x.b``, ... of levels ``0``, ``1``, ...; the first row is the reference."""
    cells = list(itertools.product(*map(range, shape)))
    rows = [
        RowDraft(
            label(cell),
            {f"x.{name}": place for name, place in zip("abcd", cell, strict=False) if place},
            None if place == 0 else label(cells[0]),
            levels={f"x.{name}": str(level) for name, level in zip("abcd", cell, strict=False)},
        )
        for place, cell in enumerate(cells)
    ]
    return make_plan(rows, design="grid", seeds=range(seeds), **options)


def random_values(shape: Sequence[int], seeds: int = 3, number: int = 0) -> NDArray[np.float64]:
    """Values of every cell and seed, shape (*shape, seeds)."""
    return np.random.default_rng(number).uniform(0.2, 0.9, (*shape, seeds))


def result_of(values: NDArray[np.float64]) -> ResultSet:
    cells = np.ndindex(*values.shape[:-1])
    return results({label(cell): [float(value) for value in values[cell]] for cell in cells})


def tables_of(
    values: NDArray[np.float64], contrasts: Sequence[Contrast] = (), **options: object
) -> Mapping[str, AblationTable]:
    """What stands behind ``components: `` in each title, to the table; ``main`` is the ablation's own."""
    plan = factorial_plan(values.shape[:-1], values.shape[-1], contrasts=contrasts, **options)
    found = study_tables(plan, result_of(values))
    return {table.title.partition(": ")[2] or "main": table for table in found}


def deltas(table: AblationTable) -> dict[str, tuple[float | None, ...]]:
    """Name to delta, low, high, p and corrected p, unrounded."""
    return {one.row: (one.delta, one.low, one.high, one.p, one.p_holm) for one in table.records}
