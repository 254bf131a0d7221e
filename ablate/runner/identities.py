"""The identities of a plan's trials, which need the data's fingerprints and the bytes of weight files."""

from __future__ import annotations

from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint
from ablate.errors import DataError
from ablate.files import hash_value
from ablate.plan.identity import trial_identity
from ablate.plan.types import Plan, Trial
from ablate.spec.options import to_tree


def identities(plan: Plan, place: DataPlace) -> dict[Trial, str]:
    """Each trial's identity, in the order of the plan.

    Raises:
        DataError: data or a weight file is missing.
    """
    prints = fingerprints(plan, place)
    return {trial: _identity(plan, trial, prints[trial.condition]) for trial in plan.trials}


def _identity(plan: Plan, trial: Trial, data: str) -> str:
    files = plan.config(trial).model.files()
    try:
        return trial_identity(trial.condition, trial.seed, data, files)
    except OSError as error:
        reason = f"cannot read {error.filename}, which model.weights names: {error.strerror}"
        raise DataError(f"{reason}. Paths are relative to the working folder") from None


def fingerprints(plan: Plan, place: DataPlace) -> dict[str, str]:
    """Each condition's data fingerprint; data that several conditions share is looked at once."""
    known: dict[str, str] = {}
    found = {}
    for key, condition in plan.conditions.items():
        source = hash_value(to_tree(condition.config.data))
        if source not in known:
            known[source] = fingerprint(condition.config.data, place)
        found[key] = known[source]
    return found
