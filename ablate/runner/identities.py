"""The identities of a plan's trials, which need the data's fingerprints and the bytes of weight and script files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint
from ablate.errors import DataError
from ablate.files import hash_value
from ablate.plan.identity import trial_identity
from ablate.plan.types import Place, Plan, Trial
from ablate.spec.config import Config
from ablate.spec.options import to_tree
from ablate.tasks.code import code_of


def identities(
    plan: Plan,
    place: DataPlace,
    study_folder: Path,
    known: Mapping[Place, str] = MappingProxyType({}),
) -> dict[Trial, str]:
    """Each trial's identity, in the order of the plan, which is one in which each finds that of its upstream trial.

    ``known`` has those of trials that are not in the plan.

    Raises:
        DataError: data, a weight file or a file of a script is missing.
    """
    prints = fingerprints(plan, place)
    codes = {
        key: _code(condition.config, study_folder) for key, condition in plan.conditions.items()
    }
    found: dict[Trial, str] = {}
    by_place = dict(known)
    for trial in plan.trials:
        start = plan.upstream(trial)
        upstream = by_place[start] if start is not None else ""
        own = (prints[trial.condition], codes[trial.condition], upstream)
        found[trial] = by_place[trial.place] = _identity(plan, trial, *own)
    return found


def _code(config: Config, study_folder: Path) -> Mapping[str, str]:
    """Name to hash of the files of a script, or of the plugins that a training uses."""
    if config.script is not None:
        return code_of(config.script, study_folder)
    training = config.training
    return {file.path.name: file.digest for file in training.plugins} if training else {}


def _identity(plan: Plan, trial: Trial, data: str, code: Mapping[str, str], upstream: str) -> str:
    training = plan.config(trial).training
    files = training.model.files() if training is not None else ()
    try:
        return trial_identity(trial.condition, trial.seed, data, files, code, upstream)
    except OSError as error:
        reason = f"cannot read {error.filename}, which model.weights names: {error.strerror}"
        raise DataError(
            f"{reason}. Paths are relative to the working folder, or to that of --data"
        ) from None


def fingerprints(plan: Plan, place: DataPlace) -> dict[str, str]:
    """Each condition's data fingerprint, empty for a script; data that several share is looked at once."""
    known: dict[str, str] = {}
    found = {}
    for key, condition in plan.conditions.items():
        config = condition.config.training
        if config is None:
            found[key] = ""
            continue
        source = hash_value(to_tree(config.data))
        if source not in known:
            known[source] = fingerprint(config.data, place)
        found[key] = known[source]
    return found
