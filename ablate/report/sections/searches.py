"""How the searches of an ablation went."""

from __future__ import annotations

from ablate.plan.search.types import SearchResult
from ablate.plan.types import AblationPlan
from ablate.report.document import Picture, Section
from ablate.report.figures import search_figure
from ablate.report.searching import baseline_objective, objective_info
from ablate.report.sections.material import Material
from ablate.report.sections.results import drawn


def search_section(material: Material, ablation: AblationPlan, name: str) -> Section | None:
    """What each configuration reached that a search tried, and the best so far."""
    searches = material.analysis(ablation).searches
    pictures = [
        _picture(material, result, f"{name}-search-{number}")
        for number, result in enumerate(searches, start=1)
        if result.points
    ]
    found = tuple(picture for picture in pictures if picture is not None)
    return Section(f"Search: {ablation.name}", found) if found else None


def _picture(material: Material, result: SearchResult, name: str) -> Picture | None:
    plan = result.plan
    caption = f"{plan.name}: {len(result.points)} configurations"
    return drawn(
        name,
        caption,
        search_figure,
        result.points,
        objective=plan.objective,
        maximize=plan.maximize,
        percent=objective_info(plan).percent,
        baseline=baseline_objective(material.plan, material.results, plan),
        title=caption,
    )
