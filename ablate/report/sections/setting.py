"""What was asked, of what, and how it was trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ablate.report.document import Code, Items, Section
from ablate.report.sections.material import Material
from ablate.report.wording import counted, listed, seed_list, sentence
from ablate.results import Status


def setting_section(material: Material) -> Section:
    """The task, the data, the metric, the seeds, how many trials there are, and each ablation's question."""
    return Section("Setting", (Items(tuple(_lines(material))),))


def configuration_section(material: Material) -> Section | None:
    """The baseline's configuration, every default written out."""
    if not material.configuration:
        return None
    shown = Code(material.configuration, "yaml")
    return Section("Configuration of the baseline", (shown,), folded=True)


def _lines(material: Material) -> Iterator[str]:
    plan = material.plan
    example = plan.example
    yield f"Task: {getattr(example.task, 'name', '')}."
    headline = [f"{field}: {text}" for field, text in example.headline.items()]
    if headline:
        yield f"Baseline: {', '.join(headline)}."
    rows = {row.condition for ablation in plan.ablations for row in ablation.rows}
    trials = [trial for trial in material.results if trial.condition in rows]  # not those of stages
    classes = next((trial.classes for trial in trials if trial.classes), ())
    if classes:
        yield f"{len(classes)} classes: {_shortened(classes)}."
    yield f"Primary metric, which verdicts are about: {plan.primary.metric}."
    yield f"Every row is trained with {seed_list(plan.seeds)}."
    yield f"{_trials(material)}."
    for ablation in plan.ablations:
        question = f" {_question(ablation.description)}" if ablation.description.strip() else ""
        size = counted(len(ablation.rows), "row")
        yield f"Ablation {ablation.name} ({ablation.design}, {size}).{question}"


def _question(text: str) -> str:
    words = " ".join(text.split())
    return words if words.endswith(("?", "!", ".")) else sentence(words)


def _trials(material: Material) -> str:
    total = len(material.plan.trials)
    states = Counter(trial.status for trial in material.results)
    parts = [f"{states.pop(Status.FINISHED, 0)} of {total} trials finished"]
    parts += [f"{count} {state}" for state, count in sorted(states.items())]
    return ", ".join(parts)


def _shortened(names: tuple[str, ...], most: int = 24) -> str:
    if len(names) <= most:
        return listed(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
