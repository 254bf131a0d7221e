"""What to be careful about, and where every number comes from."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.report.document import Block, Items, Links, Section
from ablate.report.sections.material import Material
from ablate.report.wording import counted, listed
from ablate.results import Status

#: What a run's tags say of where it was trained: tag, or the beginning of several, and what it is called.
_TAGS = (
    ("git.commit", "Commit"),
    ("version.python", "Python"),
    ("version.torch", "PyTorch"),
    ("version.torchvision", "torchvision"),
    ("version.timm", "timm"),
    ("version.mlflow", "MLflow"),
    ("version.optuna", "Optuna"),
    ("version.numpy", "NumPy"),
    ("platform", "Platform"),
    ("cpu", "CPU"),
    ("device", "Device"),
)


def caveat_section(material: Material) -> Section | None:
    """What the tables cannot show; what is special to one of them stands below it."""
    lines = tuple(_caveats(material))
    return Section("Caveats", (Items(lines),)) if lines else None


def provenance_section(material: Material) -> Section:
    """The study file, the code, the versions, the data, and a link to every run."""
    links = tuple(
        (f"{trial.name} ({trial.status})", material.link(trial.run_id))
        for trial in material.results
        if trial.run_id
    )
    blocks: list[Block] = [Items(tuple(_origins(material)))]
    blocks += [Links(links)] if links else []
    return Section("Provenance", tuple(blocks), folded=True)


def _caveats(material: Material) -> Iterator[str]:
    plan, results = material.plan, material.results
    if len(plan.seeds) == 1:
        yield "One seed: how much another would change the numbers is unknown."
    missing = len(plan.trials) - len(results)
    if missing > 0:
        yield f"{counted(missing, 'trial')} of {len(plan.trials)} not run yet."
    for trial in results:
        if trial.status in (Status.FAILED, Status.DIVERGED):
            reason = trial.reason.removeprefix(f"{trial.status}: ")
            yield f"{trial.name} {trial.status}: {reason or 'no reason is recorded'}."
    if any(item.design == "cumulative" for item in plan.ablations):
        yield "In a cumulative ablation each gain depends on what the rows above it changed, and so on their order."
    if any(item.design == "search" for item in plan.ablations):
        yield (
            "What a search found was chosen among many on the validation split; the fairer number is that of its row."
        )
    if plan.primary.split == "val":
        yield f"Verdicts are about {plan.primary.metric}, a split that trainings may have looked at."
    modified = sum(tags.get("git.dirty") == "true" for tags in material.tags.values())
    if modified:
        yield f"{counted(modified, 'run')} of code that differed from its commit."


def _origins(material: Material) -> Iterator[str]:
    for name, text in material.source.items():
        yield f"{name}: {text}"
    prints = dict.fromkeys(trial.fingerprint for trial in material.results if trial.fingerprint)
    if prints:
        yield f"Fingerprint of the data: {listed(list(prints))}"
    for tag, name in _TAGS:
        found = dict.fromkeys(tags[tag] for tags in material.tags.values() if tags.get(tag))
        if found:
            yield f"{name}: {listed(list(found))}"
