"""From trials to jobs: identity, record card, folder and payload, made when a trial is handed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ablate.data.overlap import recorded
from ablate.files import hash_value
from ablate.plan.search.types import SearchPlan
from ablate.plan.types import Condition, Plan, Trial
from ablate.record import keys
from ablate.record.card import TrialCard
from ablate.record.provenance import provenance
from ablate.runner.cards import trial_card
from ablate.runner.identities import fingerprints, identities
from ablate.runner.search_run import Proposal
from ablate.runner.stage_overlap import StageOverlaps
from ablate.runner.starts import find_start
from ablate.runner.study import Study
from ablate.schedule.job import Job
from ablate.spec.config import Config
from ablate.spec.text import show_value

Payload = Callable[[Config, int], Mapping[str, Any]]


class Desk:
    """Makes jobs of trials, and keeps what observers need to know of them, by identity.

    ``upstream`` maps each trial that starts from another to that one's identity.

    Args:
        study: the study that runs.
        payload: what a trial's process is told of a configuration and a seed.
    """

    def __init__(self, study: Study, payload: Payload) -> None:
        self._study = study
        self._payload = payload
        self._prints: dict[str, str] = {}
        self._overlaps = StageOverlaps(study.place)
        self.cards: dict[str, TrialCard] = {}
        self.rows: dict[str, str] = {}
        self.configs: dict[str, Config] = {}
        self.upstream: dict[str, str] = {}

    def planned(self, trial: Trial) -> TrialCard:
        """The card of a trial of the plan."""
        identity = self._study.identities[trial]
        if identity not in self.cards:
            self._keep(self._study.plan, trial, identity)
        return self.cards[identity]

    def proposed(self, proposal: Proposal, condition: Condition) -> TrialCard:
        """The card of a trial that a search proposes; its parameters are factors, and its run gets the mark."""
        plan = self._study.plan
        name = f"{condition.name}, seed {proposal.seed}"
        trial = Trial(condition.key, proposal.seed, name)
        known = {**plan.conditions, condition.key: condition}
        wider = replace(plan, conditions=known, trials=(trial,))
        identity = self._identity(wider, trial)
        if identity not in self.cards:
            self._keep(wider, trial, identity)
        card = self.cards[identity]
        params = {field: show_value(value) for field, value in proposal.mark.params.items()}
        tags = {**card.tags, **proposal.mark.tag(proposal.search)}
        headline = {key: text for key, text in card.headline.items() if key not in params}
        factors = {**card.factors, **params}
        self.cards[identity] = replace(card, factors=factors, headline=headline, tags=tags)
        return self.cards[identity]

    def job(self, identity: str) -> Job:
        """The job of a trial whose card was made."""
        card, config = self.cards[identity], self.configs[identity]
        payload = {**self._payload(config, card.seed), "fingerprint": card.fingerprint}
        start = find_start(self._study, config, self.upstream.get(identity))
        if start is not None:
            payload["start"] = start.to_plain()
        if config.training is not None and config.training.upstream is not None:
            payload["overlaps"] = recorded(self._overlaps.of(config.training))
        return Job(identity, card.name, self.folder / identity, payload)

    @property
    def folder(self) -> Path:
        """Where the trials of the study have their folders."""
        return self._study.store.trials / self._study.plan.study

    def _identity(self, plan: Plan, trial: Trial) -> str:
        alone = replace(plan, conditions={trial.condition: plan.conditions[trial.condition]})
        known = self._study.identity_at
        return identities(alone, self._study.place, self._study.path.parent, known)[trial]

    def _keep(self, plan: Plan, trial: Trial, identity: str) -> None:
        if trial.condition not in self._prints:
            conditions = {trial.condition: plan.conditions[trial.condition]}
            alone = replace(plan, conditions=conditions)
            self._prints |= fingerprints(alone, self._study.place)
        fingerprint = self._prints[trial.condition]
        tags = dict(self._tags)
        start = plan.upstream(trial)
        if start is not None:
            self.upstream[identity] = self._study.identity_at[start]
            tags[keys.UPSTREAM] = self.upstream[identity]
        self.cards[identity] = trial_card(plan, trial, identity, fingerprint, tags)
        self.rows[identity] = plan.conditions[trial.condition].name
        self.configs[identity] = plan.conditions[trial.condition].config

    @cached_property
    def _tags(self) -> Mapping[str, str]:
        return provenance(self._study.path.absolute().parent)


def refused_card(plan: SearchPlan, proposal: Proposal) -> TrialCard:
    """The card of parameters that make no configuration: recorded, so that their number stays theirs."""
    mark = proposal.mark
    return TrialCard(
        identity=hash_value({"search": plan.key, "number": mark.number}),
        condition="",
        seed=proposal.seed,
        name=f"{plan.name} #{mark.number}",
        factors={field: show_value(value) for field, value in mark.params.items()},
        tags=mark.tag(plan.key),
    )
