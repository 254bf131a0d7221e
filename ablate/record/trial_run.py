"""What a trial is as a run: its parameters and tags. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ablate.record import keys
from ablate.record.card import TrialCard, one_line
from ablate.record.names import encode
from ablate.results import Failed, Finished, Started, Status


def params_of(card: TrialCard) -> dict[str, str]:
    """Factors, the seed and the headline: what the UI shows as columns."""
    values = {**card.headline, **card.factors, "seed": str(card.seed)}
    return {encode(name): value for name, value in values.items()}


def tags_of(card: TrialCard, study: str) -> dict[str, str]:
    """What the trial is; not where its result comes from (``card.tags``)."""
    headline = sorted(encode(name) for name in card.headline if name not in card.factors)
    return {
        keys.KIND: keys.TRIAL,
        keys.STUDY: study,
        keys.IDENTITY: card.identity,
        keys.CONDITION: card.condition,
        keys.SEED: str(card.seed),
        keys.FINGERPRINT: card.fingerprint,
        keys.HEADLINE: json.dumps(headline),
        keys.STATUS: Status.RUNNING.value,
    }


def origin_tags(card: TrialCard) -> Mapping[str, str]:
    """Where the result comes from; the commit also under the name that MLflow's UI shows."""
    commit = card.tags.get("git.commit")
    return {**card.tags, keys.GIT_COMMIT: commit} if commit else card.tags


def started_tags(event: Started) -> dict[str, str]:
    """What is known when training starts."""
    return {
        keys.DEVICE: event.device,
        keys.PARAMETERS: str(event.parameters),
        keys.TRAINABLE_PARAMETERS: str(event.trainable_parameters),
        keys.EPOCHS: str(event.epochs),
    }


def finished_tags(event: Finished) -> dict[str, str]:
    """That the trial finished, and its classes where a tag can hold them."""
    names = json.dumps(event.classes, ensure_ascii=False)
    classes = {keys.CLASSES: names} if event.classes and len(names) <= keys.MAX_TAG else {}
    return {keys.STATUS: Status.FINISHED.value, **classes}


def failed_tags(event: Failed) -> dict[str, str]:
    """How and why the trial ended without a result."""
    return {keys.STATUS: event.status.value, keys.REASON: one_line(event.reason)}
