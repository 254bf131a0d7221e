"""An ablation's tables, and what they look like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ablate.plan.types import AblationPlan
from ablate.report.analysis import Analysis
from ablate.report.document import Block, Picture, Section
from ablate.report.figure_data import (
    COSTS,
    curve_metrics,
    curve_panel_of,
    forest_of,
    heat_map_of,
    trade_off_of,
)
from ablate.report.figures import (
    CurvePanel,
    Drawing,
    draw_forest,
    draw_heat_map,
    draw_trade_off,
    learning_curves,
)
from ablate.report.sections.material import Material, undrawn
from ablate.report.study import tables_of
from ablate.spec.properties import PROPERTIES

#: What its name ends with, its caption, what draws it, and of what.
Wanted = tuple[str, str, Callable[..., Drawing], tuple[Any, ...]]


def results_section(material: Material, ablation: AblationPlan, name: str) -> Section:
    """The table of an ablation, its figures, and the tables that belong to it; ``name`` begins those of its figures."""
    analysis = material.analysis(ablation)
    first, *further = tables_of(material.plan, analysis, material.results, layout=material.layout)
    pictures = [
        drawn(f"{name}-{part}", caption, draw, *of)
        for part, caption, draw, of in _wanted(material, analysis)
    ]
    blocks: list[Block] = [first, *(found for found in pictures if found is not None), *further]
    return Section(f"Results: {ablation.name}", tuple(blocks))


def drawn(
    name: str, caption: str, draw: Callable[..., Drawing], *args: Any, **kwargs: Any
) -> Picture | None:
    """The figure that ``draw`` makes of the arguments, in every form; ``None`` where it cannot be drawn."""
    with undrawn(caption):
        drawing = draw(*args, **kwargs)
        return Picture(name, caption, drawing.png(), drawing.svg(), drawing.pdf(), alt=caption)
    return None


def _wanted(material: Material, analysis: Analysis) -> Iterator[Wanted]:
    metric, of = analysis.primary.metric, f"{analysis.ablation.name}: "
    forest = forest_of(analysis)
    if forest is not None:
        caption = f"{of}differences in {metric} with their 95 % intervals"
        yield "differences", caption, draw_forest, (forest,)
    heat_map = heat_map_of(analysis)
    if heat_map is not None:
        fields = f"{heat_map.rows[0]} and {heat_map.columns[0]}"
        yield "map", f"{of}{metric} by {fields}", draw_heat_map, (heat_map,)
    panels = _panels(material, analysis)
    if panels:
        caption = f"{of}{analysis.primary.name} after each epoch, mean and range over the seeds"
        yield "curves", caption, learning_curves, (panels, analysis.references)
    costs = {cost: trade_off_of(analysis, cost) for cost in COSTS}
    if costs["train_time"] is not None:
        costs["trial_time"] = None  # the same time and a little more
    for cost, shown in costs.items():
        if shown is not None:
            caption = f"{of}{metric} against {PROPERTIES[cost].title}"
            yield cost.replace("_", "-"), caption, draw_trade_off, (shown,)


def _panels(material: Material, analysis: Analysis) -> list[CurvePanel]:
    runs = [trial.run_id for row in analysis.rows for trial in row.results.finished]
    found = (
        curve_panel_of(analysis, metric, material.curves(runs, metric.metric))
        for metric in curve_metrics(analysis)
    )
    return [panel for panel in found if panel is not None]
