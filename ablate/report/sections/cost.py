"""What each row cost: sizes, epochs, time, memory."""

from __future__ import annotations

from ablate.plan.types import AblationPlan
from ablate.report.columns import Column, names_of, properties_column
from ablate.report.document import Section
from ablate.report.notes import notes_of
from ablate.report.number_format import ABSENT
from ablate.report.property_notes import property_sentences, timed
from ablate.report.records import property_record
from ablate.report.sections.material import Material
from ablate.report.sharing import sharing_sentence
from ablate.report.table import AblationTable
from ablate.spec.properties import PROPERTIES

_SHOWN = (
    "parameters",
    "trained_parameters",
    "flops",
    "epochs",
    "patience",
    "epochs_run",
    "best_epoch",
    "train_time",
    "trial_time",
    "images_per_s",
    "peak_memory",
)


def cost_section(material: Material) -> Section | None:
    """A table of each ablation; columns that have no value stay away."""
    tables = tuple(filter(None, (_table(material, item) for item in material.plan.ablations)))
    return Section("Cost", tables) if tables else None


def _table(material: Material, ablation: AblationPlan) -> AblationTable | None:
    analysis = material.analysis(ablation)
    if not any(row.results.finished for row in analysis.rows):
        return None
    notes = notes_of(analysis, timed=True)
    known = [
        one
        for one in map(PROPERTIES.__getitem__, _SHOWN)
        if any(
            properties_column(analysis, [one], notes).cell(row).text != ABSENT
            for row in analysis.rows
        )
    ]
    columns: list[Column] = [
        *names_of(analysis),
        *(properties_column(analysis, [one], notes) for one in known),
    ]
    times = timed(known)
    sharing = sharing_sentence(analysis, times)
    return AblationTable(
        title=f"{ablation.name}: cost",
        description="",
        columns=tuple(column.title for column in columns),
        rows=tuple(tuple(column.cell(row) for column in columns) for row in analysis.rows),
        footer=(
            "Means over the seeds; epochs seed by seed.",
            *property_sentences(analysis, known),
            *([sharing] if sharing else []),
            *notes.lines(),
        ),
        records=tuple(
            property_record(analysis, row, one) for row in analysis.rows for one in known
        ),
        level=2,
    )
