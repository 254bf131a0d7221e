"""What figures show of an ablation: its analysis as the values that they draw. Nothing here draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import MeanStd
from ablate.report.comparison_cells import Delta
from ablate.report.figures.curve_panels import CurvePanel
from ablate.report.figures.forest import Forest, ForestRow
from ablate.report.figures.heat_map import HeatCell, HeatMap
from ablate.report.figures.seed_curves import Curve
from ablate.report.figures.trade_points import TradeOff, TradePoint
from ablate.report.levels import factor_columns, level_text
from ablate.report.number_format import NumberFormat
from ablate.report.sharing import sharing_note, sharing_sentence
from ablate.spec.primary import Primary
from ablate.spec.properties import PROPERTIES, Property

#: Properties that rows are compared by as costs, and those of them that are seconds.
COSTS, TIMES = ("parameters", "flops", "train_time", "trial_time"), ("train_time", "trial_time")
#: More levels than this stand below each other rather than side by side.
MOST_COLUMNS = 8


def forest_of(analysis: Analysis) -> Forest | None:
    """The difference of each row to its reference; ``None`` where no row has one."""
    compared = [row for row in analysis.rows if row.results.row.reference is not None]
    if not any(row.comparison for row in compared):
        return None
    percent = analysis.primary.info.percent
    number, effect = NumberFormat.of(analysis.primary.info), analysis.ablation.min_effect
    tested = [row for row in compared if row.comparison and row.comparison.p_holm is not None]
    notes = ["Verdicts are corrected after Holm over all rows."] if len(tested) > 1 else []
    notes += ["Shaded: too small to matter."] if effect else []
    return Forest(
        rows=tuple(_forest_row(analysis, row, number) for row in compared),
        quantity=f"Difference in {analysis.primary.metric} to {_reference(analysis, number)}",
        unit="percentage points" if percent else analysis.primary.metric,
        maximize=analysis.primary.maximize,
        note=" ".join(notes),
        too_small=effect * number.scale if effect else None,
    )


def _reference(analysis: Analysis, number: NumberFormat) -> str:
    """The one row that all others are compared with, and its value."""
    if len(analysis.references) != 1:
        return "the reference of each row"
    row = next(row for row in analysis.rows if row.label == analysis.references[0])
    unit = " %" if analysis.primary.info.percent else ""
    return f"{row.label} ({MeanStd(row.primary, number).text}{unit})"


def _forest_row(analysis: Analysis, row: RowAnalysis, number: NumberFormat) -> ForestRow:
    found, scale = row.comparison, number.scale
    planned, remarks = len(row.results.seeds), []
    if row.primary.n < planned:
        remarks.append(f"{row.primary.n} of {planned} seeds")
    if found and not found.paired:
        remarks.append("unpaired: other seeds")
    if len(analysis.references) > 1:
        remarks.append(f"to {row.results.row.reference}")
    label = f"{row.label} ({', '.join(remarks)})" if remarks else row.label
    return ForestRow(
        label=label,
        delta=found.delta * scale if found else None,
        low=None if found is None or found.low is None else found.low * scale,
        high=None if found is None or found.high is None else found.high * scale,
        text=Delta(found, number).text,
        verdict=row.verdict or "no value",
    )


def heat_map_of(analysis: Analysis) -> HeatMap | None:
    """The primary metric over two factors of a grid; ``None`` of any other ablation, and without results."""
    factors = factor_columns(analysis)
    if len(factors) != 2:
        return None
    levels = {
        factor: _ordered([level_text(row, factor) for row in analysis.rows]) for factor in factors
    }
    first, second = factors
    if len(levels[second]) > max(MOST_COLUMNS, len(levels[first])):
        first, second = second, first
    places = {
        row.label: (
            levels[first].index(level_text(row, first)),
            levels[second].index(level_text(row, second)),
        )
        for row in analysis.rows
    }
    number = NumberFormat.of(analysis.primary.info)
    cells = {
        places[row.label]: _heat_cell(row, row.primary.mean, number)
        for row in analysis.rows
        if row.primary.mean is not None
    }
    if not cells or min(len(found) for found in levels.values()) < 2:
        return None
    references = analysis.references
    return HeatMap(
        rows=(first, levels[first]),
        columns=(second, levels[second]),
        cells=cells,
        quantity=_quantity(analysis),
        reference=places[references[0]] if len(references) == 1 else None,
    )


def _ordered(levels: Sequence[str]) -> tuple[str, ...]:
    """Each level once: numbers ascending, others as they come."""
    found = list(dict.fromkeys(levels))
    try:
        return tuple(sorted(found, key=float))
    except ValueError:
        return tuple(found)


def _heat_cell(row: RowAnalysis, mean: float, number: NumberFormat) -> HeatCell:
    done, planned = row.primary.n, len(row.results.seeds)
    lines = [number.plain(mean)]
    lines += [] if row.primary.std is None else [f"± {number.plain(row.primary.std)}"]
    lines += [f"n={done}/{planned}"] if done < planned else []
    return HeatCell(mean * number.scale, tuple(lines))


def _quantity(analysis: Analysis) -> str:
    unit = " (%)" if analysis.primary.info.percent else ""
    spread = any(row.primary.std is not None for row in analysis.rows)
    return f"{analysis.primary.metric}{unit}" + (": mean ± std over seeds" if spread else "")


def trade_off_of(analysis: Analysis, cost: str) -> TradeOff | None:
    """The primary metric against a property (one of :data:`COSTS`); ``None`` where rows do not differ in it."""
    number, shown = NumberFormat.of(analysis.primary.info), PROPERTIES[cost]
    known = [row for row in analysis.rows if not row.other_classes]
    found = [_trade_point(analysis, row, shown, number.scale) for row in known]
    points = tuple(point for point in found if point is not None)
    if len({point.cost for point in points}) < 2:
        return None
    unit = " (%)" if analysis.primary.info.percent else ""
    return TradeOff(
        points=points,
        cost=shown.title,
        quantity=f"{analysis.primary.metric}{unit}",
        maximize=analysis.primary.maximize,
        seconds=cost in TIMES,
        note=_time_note(analysis, shown) if cost in TIMES else "",
    )


def _trade_point(
    analysis: Analysis, row: RowAnalysis, cost: Property, scale: float
) -> TradePoint | None:
    paid = row.results.measured(cost.recorded).mean
    if row.primary.mean is None or paid is None or paid <= 0.0:
        return None
    spread = None if row.primary.std is None else row.primary.std * scale
    return TradePoint(
        label=row.label,
        cost=paid,
        value=row.primary.mean * scale,
        spread=spread,
        reference=row.label in analysis.references,
    )


def _time_note(analysis: Analysis, cost: Property) -> str:
    if any(sharing_note(analysis, row) for row in analysis.rows):
        return "Some rows shared their device with other trials: times cannot be compared."
    return sharing_sentence(analysis, (cost.title,))


def curve_metrics(analysis: Analysis) -> tuple[Primary, Primary]:
    """The primary metric on the training and on the validation split, which are scored after each epoch."""
    train, val = (
        analysis.primary.model_copy(update={"metric": f"{split}/{analysis.primary.name}"})
        for split in ("train", "val")
    )
    return train, val


def curve_panel_of(
    analysis: Analysis, metric: Primary, curves: Mapping[str, Curve]
) -> CurvePanel | None:
    """Run id to curve, as a panel of the rows' finished seeds; ``None`` where no run has one."""
    rows = {
        row.label: [
            curves[trial.run_id] for trial in row.results.finished if trial.run_id in curves
        ]
        for row in analysis.rows
    }
    if not any(rows.values()):
        return None
    return CurvePanel(metric.metric, rows, metric.info.percent)
