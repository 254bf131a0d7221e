"""What can be found missing or damaged in one recorded run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ablate.errors import RecordError
from ablate.plan.identity import VERSION, condition_key
from ablate.record import keys
from ablate.record.inventory import RecordedRun
from ablate.record.names import relative_name
from ablate.record.redact import REDACTED
from ablate.record.rows import to_result
from ablate.results import Status, TrialResult
from ablate.runner.upkeep.configs import read_tree
from ablate.runner.upkeep.manifest import MANIFEST, WEIGHTS_FILES, Entry, Manifest, read_manifest
from ablate.spec.options import Tree
from ablate.spec.stages import resolve


def run_damage(run: RecordedRun, primary: str | None, *, held: bool) -> Iterator[str]:
    """What is wrong with a run, a sentence each.

    Args:
        run: the run.
        primary: the metric that a finished run must have, if one is known.
        held: whether a process runs the study now, so that runs may be unfinished.
    """
    result = to_result(run.row)
    if result.status is Status.RUNNING:
        if not held:
            yield "claims to be running, and nothing runs the study. The next 'ablate run' settles it"
        return
    if result.status is Status.FINISHED:
        yield from _lost_metrics(run, result, primary)
    if run.artifacts is None:
        yield "its artifacts are not on this machine, so that they cannot be checked"
    elif result.status is not Status.INTERRUPTED:
        yield from _artifact_damage(run, run.artifacts, finished=result.status is Status.FINISHED)


def _lost_metrics(run: RecordedRun, result: TrialResult, primary: str | None) -> Iterator[str]:
    if not result.metrics:
        yield "is finished and has no final metrics"
    elif primary is not None and primary not in result.metrics:
        yield f"is finished and has no {primary}"
    epochs = int(result.measured.get("epochs_run", 0))
    if max(run.epochs, default=0) < epochs:
        yield f"has no metrics after epoch {max(run.epochs, default=0)} of {epochs}"


def _artifact_damage(run: RecordedRun, folder: Path, *, finished: bool) -> Iterator[str]:
    try:
        manifest = read_manifest(folder)
    except (ValueError, OSError) as error:
        yield f"{folder / MANIFEST} cannot be read: {error}"
        return
    if manifest is not None:
        yield from _against_manifest(run, folder, manifest)
    elif finished:
        yield f"has no {MANIFEST}, so that its files cannot be checked"
    tree = read_tree(folder)
    if tree is not None:
        yield from _config_damage(run, folder, tree, manifest)
    elif manifest is None and finished:
        yield f"{keys.CONFIG_FILE} is missing or not a configuration"


def _against_manifest(run: RecordedRun, folder: Path, manifest: Manifest) -> Iterator[str]:
    claimed = (run.row.tags[keys.IDENTITY], run.row.tags.get(keys.CONDITION))
    if claimed != (manifest.identity, manifest.condition):
        yield f"is recorded as the trial {claimed[0]}, and its files are those of {manifest.identity}"
    for name, entry in manifest.files.items():
        if name in WEIGHTS_FILES and run.dropped:
            continue
        damage = _file_damage(folder, name, entry)
        if damage:
            yield f"{name} {damage}"


def _file_damage(folder: Path, name: str, entry: Entry) -> str | None:
    try:
        path = folder / relative_name(name)
        if not path.exists():
            return "is missing"
        now = Entry.of(path)
    except (RecordError, OSError) as error:
        return f"cannot be read: {error}"
    if now.size != entry.size:
        return f"has {now.size:,} bytes instead of {entry.size:,}"
    if now.hash != entry.hash:
        return "has another content than when it was recorded"
    return _weights_damage(path) if path.suffix == ".safetensors" else None


def _weights_damage(path: Path) -> str | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as tensors:
            tensors.keys()
    except SafetensorError as error:
        return f"is not a file of weights: {error}"
    return None


def _config_damage(
    run: RecordedRun, folder: Path, tree: Tree, manifest: Manifest | None
) -> Iterator[str]:
    config, _ = resolve(tree)
    if config is None:  # it names a member of a plugin, which is not loaded for this
        return
    redacted = REDACTED in (folder / keys.CONFIG_FILE).read_text(encoding="utf-8")
    known = manifest is not None and manifest.version == VERSION
    if known and not redacted and condition_key(config) != run.row.tags.get(keys.CONDITION):
        yield f"{keys.CONFIG_FILE} is not the configuration that the run is recorded under"
    if config.training is not None:  # a script need not report every epoch
        gap = sorted(set(range(1, max(run.epochs, default=0))) - run.epochs)
        if gap:
            yield f"has no metrics of the epochs {', '.join(map(str, gap))}"
