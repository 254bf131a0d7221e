"""From a row of a study to a folder with its network."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.errors import UsageError
from ablate.files import write_json, write_text, writing
from ablate.record.keys import CONFIG_FILE
from ablate.runner.exporting.choice import Choice, choose
from ablate.runner.exporting.description import description
from ablate.runner.exporting.readme import readme
from ablate.runner.exporting.weights import WEIGHTS_FILE, kept_files, recorded_normalization
from ablate.runner.job_config import job_config
from ablate.runner.study import Study
from ablate.runner.worker import payload
from ablate.spec.config import TrialConfig
from ablate.spec.values import Normalization
from ablate.tasks.task import TaskOptions

if TYPE_CHECKING:
    from ablate.engine.export.program import NormalizedNetwork

INFO_FILE = "model.json"
PROGRAM_FILE = "model.pt2"
LOADER_FILE = "load.py"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported, and where it lies."""

    choice: Choice
    folder: Path


def export(
    study: Study,
    row: str | None = None,
    *,
    seed: int | None = None,
    out: Path | None = None,
    weights_only: bool = False,
) -> Exported:
    """Write a trained network as a folder that needs torch alone: program, weights, configuration, loader.

    The network is built anew, which executes the study's plugins; the study's data must be on this machine.

    Args:
        study: an open study.
        row: a row's label; the best row by the verdicts without one.
        seed: the lowest finished one without it.
        out: a folder that does not exist yet, or is empty.
        weights_only: leave out the program and its loader.

    Raises:
        UsageError: no such row or seed, no best row, a script's study, or a folder that holds something.
        RecordError: the weights were not kept.
        DataError: the data is not on this machine.
        TrialError: torch cannot turn the network into a program.
    """
    if study.plan.example.script is not None:
        raise UsageError(
            f"study {study.plan.study} runs a script, whose networks and files are its own: they lie among the "
            "artifacts of its runs ('ablate ui'). Only networks that ablate trained can be exported"
        )
    choice = choose(study, row, seed)
    name = _slug(f"{study.plan.study}-{choice.label}-seed{choice.trial.seed}")
    folder = out if out is not None else Path(name)
    _check_free(folder)
    artifacts = kept_files(study, choice)
    normalization = recorded_normalization(artifacts)
    job = payload(choice.condition.config, choice.trial.seed, study.place, study.path.parent)
    with job_config(job) as config, _placed(folder) as part:
        data = prepare(config.data, study.place, spaces=config.label_spaces)
        for file in (WEIGHTS_FILE, CONFIG_FILE):
            shutil.copyfile(artifacts / file, part / file)
        model = None if weights_only else _write_program(config, data, normalization, part)
        info = description(study, choice, config, data, normalization, part)
        write_json(part / INFO_FILE, info)
        write_text(part / "README.md", readme(info, choice))
        if model is not None:
            _check(part, config, model)
    return Exported(choice, folder)


def _write_program(
    config: TrialConfig, data: PreparedData, normalization: Normalization, part: Path
) -> NormalizedNetwork:
    from ablate.engine.export import loader
    from ablate.engine.export.network import trained_network
    from ablate.engine.export.program import NormalizedNetwork, write_program

    network = trained_network(config, data, part / WEIGHTS_FILE)
    model = NormalizedNetwork(
        network, normalization, flat=cast(TaskOptions, config.task).name == "ssl"
    )
    write_program(model, config.model.name, data.shape, part / PROGRAM_FILE)
    shutil.copyfile(loader.__file__, part / LOADER_FILE)
    return model


def _check(part: Path, config: TrialConfig, model: NormalizedNetwork) -> None:
    """Load the program as its users will, and compare it with the network."""
    from ablate.engine.export.check import check_program

    check_program(part, model, config.model.name)


def _check_free(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder} exists and is not an empty folder. Remove it, or name another with --out"
        )


@contextmanager
def _placed(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the name ``folder`` once it is complete."""
    with writing(folder):
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        part = Path(
            tempfile.mkdtemp(
                dir=folder.absolute().parent, prefix=f".{folder.name}.", suffix=".part"
            )
        )
    try:
        yield part
        with writing(folder):
            part.chmod(0o755)
            part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _slug(text: str) -> str:
    """A file name of letters, digits, dots and hyphens.

    >>> _slug("digits-Channels 12, 24-seed0")
    'digits-Channels-12-24-seed0'
    """
    return re.sub(r"[^\w.]+", "-", text).strip("-.")
