"""The sections of a report, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ablate.plan.types import AblationPlan
from ablate.report.document import Document, Section
from ablate.report.sections.architectures import architecture_section
from ablate.report.sections.confusions import confusion_section
from ablate.report.sections.cost import cost_section
from ablate.report.sections.masks import mask_section
from ablate.report.sections.material import Material, file_names
from ablate.report.sections.origin import caveat_section, provenance_section
from ablate.report.sections.representations import representation_section
from ablate.report.sections.results import results_section
from ablate.report.sections.searches import search_section
from ablate.report.sections.setting import configuration_section, setting_section

#: What is told: the section that is being made, how many are done, and of how many.
Progress = Callable[[str, int, int], None]

#: What makes a section of an ablation, whose figures have names that begin so.
_PARTS: tuple[tuple[str, Callable[[Material, AblationPlan, str], Section | None]], ...] = (
    ("results", results_section),
    ("search", search_section),
    ("masks", mask_section),
    ("representations", representation_section),
    ("confusions", confusion_section),
)
_Step = tuple[str, Callable[[], Section | None]]


def study_document(material: Material, progress: Progress | None = None) -> Document:
    """A study's whole report; the same records give the same one."""
    steps = list(_steps(material))
    sections = []
    for done, (what, make) in enumerate(steps):
        if progress is not None:
            progress(what, done, len(steps))
        section = make()
        if section is not None:
            sections.append(section)
    if progress is not None:
        progress("", len(steps), len(steps))
    plan = material.plan
    return Document(plan.study, plan.description, tuple(sections))


def _steps(material: Material) -> Iterator[_Step]:
    names = file_names(material)
    yield "setting", partial(setting_section, material)
    for ablation in material.plan.ablations:
        for part, make in _PARTS:
            yield (
                f"{part} of {ablation.name}",
                partial(make, material, ablation, names[ablation.name]),
            )
    yield "cost", partial(cost_section, material)
    yield "caveats", partial(caveat_section, material)
    yield "architectures", partial(architecture_section, material)
    yield "configuration", partial(configuration_section, material)
    yield "provenance", partial(provenance_section, material)
