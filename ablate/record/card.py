"""What is known of a trial before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ablate.record import keys
from ablate.record.redact import redact_text, redact_values, redact_yaml

_CUT = " ... (cut: config.yaml has it whole)"


@dataclass(frozen=True, slots=True)
class TrialCard:
    """A trial as it is recorded: its identity, and what a person reads about it.

    ``factors`` maps the dotted fields that vary to their values as text, ``headline`` a few more (model, data,
    epochs); with the seed they are the run's parameters. ``config_yaml`` is the whole resolved configuration.
    ``tags`` say where the result comes from (:func:`ablate.record.provenance.provenance`).
    """

    identity: str
    condition: str
    seed: int
    name: str
    factors: Mapping[str, str] = field(default_factory=dict)
    headline: Mapping[str, str] = field(default_factory=dict)
    config_yaml: str = ""
    fingerprint: str = ""
    dataset: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def recordable(card: TrialCard) -> TrialCard:
    """The card without secrets, and with values that MLflow keeps whole."""
    return replace(
        card,
        name=redact_text(card.name),
        factors=_fitting(redact_values(card.factors), keys.MAX_PARAM),
        headline=_fitting(redact_values(card.headline), keys.MAX_PARAM),
        config_yaml=redact_yaml(card.config_yaml),
        tags=_fitting(redact_values(card.tags), keys.MAX_TAG),
    )


def one_line(text: str) -> str:
    """A reason as a tag: one line, no secrets, not longer than MLflow keeps."""
    line = " ".join(redact_text(text).split())
    return line if len(line) <= keys.MAX_TAG else line[: keys.MAX_TAG - 4] + " ..."


def _fitting(values: Mapping[str, str], longest: int) -> dict[str, str]:
    return {
        key: value if len(value) <= longest else value[: longest - len(_CUT)] + _CUT
        for key, value in values.items()
    }
