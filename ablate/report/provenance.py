"""Where a table's numbers come from: data, epochs, checkpoint, devices; and what gives one pause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.wording import span
from ablate.results import TrialResult
from ablate.spec.config import Config, TrialConfig
from ablate.spec.primary import Primary
from ablate.spec.script_config import ScriptConfig
from ablate.spec.sections import TrainOptions


def provenance(analysis: Analysis) -> tuple[str, ...]:
    """Sentences about the runs behind a table; the devices only where they differ."""
    configs = [row.results.condition.config for row in analysis.rows]
    trials = [trial for row in analysis.rows for trial in row.results.finished]
    return (
        *_what_ran(configs, analysis.primary),
        *_data_versions(analysis.rows),
        *_devices(trials),
        *_without_effect(analysis.rows),
    )


def _what_ran(configs: Iterable[Config], primary: Primary) -> Iterator[str]:
    trainings = [config.training for config in configs if config.training is not None]
    scripts = [config.script for config in configs if config.script is not None]
    if trainings:
        trains = [config.train for config in trainings]
        yield f"{_data(trainings)} {_epochs(trains)}"
        yield from _checkpoint(trains, trainings[0].primary.monitored, primary.split)
    if scripts:
        yield _scripts(scripts)


def _scripts(configs: Iterable[ScriptConfig]) -> str:
    shown = {text: None for config in configs for text in config.headline.values()}
    return f"Script: {', '.join(shown)}."


def _data(configs: Iterable[TrialConfig]) -> str:
    return f"Data: {', '.join(dict.fromkeys(config.data.name for config in configs))}."


def _epochs(trains: list[TrainOptions]) -> str:
    epochs = span(train.epochs for train in trains)
    noun = "epoch" if epochs == "1" else "epochs"
    patience = [train.patience for train in trains if train.patience is not None]
    if not patience:
        return f"Training: {epochs} {noun}."
    some = "" if len(patience) == len(trains) else " in some rows"
    return (
        f"Training: at most {epochs} {noun}, stopped early{some} after {span(patience)} "
        "without a better validation value."
    )


def _checkpoint(trains: list[TrainOptions], monitored: str, split: str) -> Iterator[str]:
    """``monitored`` is what every trial of the study looked at, whatever the table is about."""
    chosen = sorted({train.checkpoint for train in trains})
    if "best" not in chosen:
        yield "Checkpoint: last, the final epoch that ran."
        return
    some = " (rows with train.checkpoint: best)" if len(chosen) > 1 else ""
    yield f"Checkpoint: best, the epoch with the best {monitored}{some}."
    if split == "val":
        yield f"Best epoch chosen on the reported split: optimistic{some}."


def _data_versions(rows: Iterable[RowAnalysis]) -> Iterator[str]:
    versions: dict[str, set[str]] = {}
    for row in rows:
        training = row.results.condition.config.training
        found = versions.setdefault(repr(training.data) if training else "", set())
        found |= {trial.fingerprint for trial in row.results.finished if trial.fingerprint}
    if any(len(found) > 1 for found in versions.values()):
        yield "The data set changed between runs: its rows do not all describe the same images."


def _devices(trials: Iterable[TrialResult]) -> Iterator[str]:
    devices = sorted({trial.device for trial in trials if trial.device})
    if len(devices) > 1:
        yield f"Devices differ between runs ({', '.join(devices)}), and so may the last digits."


def _without_effect(rows: Iterable[RowAnalysis]) -> Iterator[str]:
    """Rows whose every number equals another's: what they change does nothing."""
    first: dict[str, RowAnalysis] = {}
    for row in rows:
        numbers = _all_numbers(row)
        if numbers is None:
            continue
        twin = first.setdefault(numbers, row)
        if twin.results.condition.key != row.results.condition.key:
            yield (
                f'"{row.label}" has no effect on the result: exactly the same numbers as '
                f'"{twin.label}", in every seed and metric.'
            )


def _all_numbers(row: RowAnalysis) -> str | None:
    """Every metric of every seed as text; ``None`` unless all seeds are there."""
    finished = row.results.finished
    if len(finished) < len(row.results.seeds) or not all(trial.metrics for trial in finished):
        return None
    return repr([(trial.seed, sorted(trial.metrics.items())) for trial in finished])
