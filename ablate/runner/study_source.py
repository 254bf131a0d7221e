"""Which trial of a study runs next: planned ones, what searches propose, and the rows that wait for what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ablate.plan.search.types import SearchPlan, SearchResult
from ablate.plan.types import Trial
from ablate.record.card import TrialCard
from ablate.record.curves import Curve
from ablate.record.recorder import Recorder
from ablate.results import EpochMetrics, Failed, Finished, Status, TrialResult
from ablate.runner.desk import Desk, refused_card
from ablate.runner.order import longest_first
from ablate.runner.planned import PlannedTrials
from ablate.runner.rows_judge import RowsJudge
from ablate.runner.search_run import Proposal, SearchRun
from ablate.runner.searches import Mark, found_of, recorded_ends
from ablate.runner.study import Study
from ablate.runner.upstream import upstream_failure
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running
from ablate.schedule.search_ledger import SearchLedger
from ablate.schedule.verdict import now_ms

#: Notes a further tag of a trial's run, now or when the run begins: identity, tags.
Note = Callable[[str, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class _Interest:
    """That a search waits for a trial's end."""

    search: SearchRun
    mark: Mark


class StudySource:
    """A :class:`~ablate.schedule.source.Source` of everything that a study runs.

    Planned trials go first, each once the stage that it starts from is recorded, then whatever searches propose, the
    least busy search first. When a search has ended, the plan is made anew and the rows that waited for it follow. A
    proposal that is recorded already is not run again. What starts from a stage that failed has failed too.
    """

    def __init__(
        self, study: Study, desk: Desk, recorder: Recorder, note: Note, *, retry_failed: bool
    ) -> None:
        self._study = study
        self._desk = desk
        self._recorder = recorder
        self._note = note
        self._retry_failed = retry_failed
        self._planned = PlannedTrials(study)
        self._handed_out: set[str] = set()
        self._recorded: dict[str, TrialResult] = {}
        self._curves: dict[str, dict[int, float]] = {}
        self._ended: dict[str, tuple[Finished | Failed, float]] = {}
        self._interests: dict[str, list[_Interest]] = {}
        self._searches: dict[str, SearchRun] = {}
        self._done: dict[str, SearchResult] = {}
        self._judge = RowsJudge(study)
        self.planned = 0
        """Trials of the plan that were missing, those of rows that a search found included."""
        self._plan_anew()

    @property
    def expected(self) -> int:
        """How many trials this run has handed out or will, as far as that can be told."""
        searches = self._searches.values()
        proposals = sum(search.to_come * len(search.plan.seeds) for search in searches)
        seeds = max((len(search.plan.seeds) for search in searches), default=0)
        waiting = {label for item in self._study.plan.ablations for label in item.waiting}
        rows = len(waiting) * max(0, len(self._study.plan.seeds) - seeds)
        ready = sum(not self._judge.is_pruned(trial.condition) for trial in self._planned)
        return len(self._handed_out) + ready + proposals + rows

    def take(self, slot: Slot, running: Sequence[Running]) -> Job | None:
        """The next trial."""
        while (trial := self._planned.take()) is not None:
            if not self._judge.is_pruned(trial.condition):
                return self._planned_job(trial)
        if self._planned.awaits_stages:
            return None  # what searches propose may start from these too
        while (search := self._hungriest()) is not None:
            job = self._proposed_job(search, search.next())
            if job is not None:
                return job
            self._conclude_searches()
            if self._planned:
                return self.take(slot, running)
        return None

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left; a search that runs may still propose something."""
        return not self._planned and not self._searches

    def heard(self, job: Job, event: EpochMetrics) -> str | None:
        """Why a trial shall end at this epoch, if its search or its ablation says so."""
        card = self._desk.cards[job.identity]
        value = event.metrics.get(self._study.plan.primary.monitored)
        if value is None:
            return None
        self._curves.setdefault(job.identity, {})[event.epoch] = value
        interests = self._interests.get(job.identity, ())
        reasons = [item.search.heard(item.mark, event.epoch, value) for item in interests]
        reasons.append(self._judge.heard(card.condition, card.seed, event.epoch, value))
        if card.condition in self._study.plan.conditions:
            return reasons[-1]  # a row of a table is not ended for the sake of a search
        return next((reason for reason in reasons if reason), None)

    def returned(self, outcome: Outcome) -> bool:
        """No failure is taken back."""
        return False

    def ended(self, outcome: Outcome) -> None:
        """Tell the searches that wait for the trial; what they find may bring new trials."""
        self._end_trial(outcome.job.identity, outcome.event, outcome.duration_s)
        self._conclude_searches()

    def recorded(self, identity: str) -> None:
        """A finished trial lies in the store, and so do its weights: what starts from them may run."""
        self._planned.recorded(identity)

    def _end_trial(self, identity: str, event: Finished | Failed, duration_s: float) -> None:
        card = self._desk.cards[identity]
        self._ended[identity] = (event, duration_s)
        self._judge.ended(card.condition, card.seed, event)
        failure = self._failure(identity)
        lost = () if failure is None else self._planned.give_up(identity)
        if isinstance(event, Failed) and event.status is Status.INTERRUPTED:
            return
        for interest in self._interests.pop(identity, ()):
            self._tell(interest, identity, event, duration_s)
        if failure is not None:
            self._fail_all(lost, failure)

    def _planned_job(self, trial: Trial) -> Job:
        card = self._desk.planned(trial)
        self._handed_out.add(card.identity)
        return self._desk.job(card.identity)

    def _hungriest(self) -> SearchRun | None:
        wanting = [search for search in self._searches.values() if search.wants]
        return min(wanting, key=lambda search: search.running, default=None)

    def _proposed_job(self, search: SearchRun, proposal: Proposal) -> Job | None:
        """The job of a proposal, unless its result is there or on its way."""
        if proposal.condition is None:
            self._refuse(search, proposal)
            return None
        card = self._desk.proposed(proposal, proposal.condition)
        interest = _Interest(search, proposal.mark)
        if card.identity in self._ended or card.identity in self._recorded:
            self._mark(card.identity, proposal.mark.tag(proposal.search))
            search.learn(proposal.mark, self._curve(card.identity))
            self._tell(interest, card.identity, *self._end(card.identity))
            return None
        self._interests.setdefault(card.identity, []).append(interest)
        if card.identity in self._handed_out:
            self._mark(card.identity, proposal.mark.tag(proposal.search))
            return None
        failure = self._failure(self._desk.upstream.get(card.identity, ""))
        if failure is not None:
            self._fail(card, failure)
            return None
        self._handed_out.add(card.identity)
        return self._desk.job(card.identity)

    def _refuse(self, search: SearchRun, proposal: Proposal) -> None:
        """Record parameters that make no valid configuration as a trial that failed at once."""
        failure = Failed(now_ms(), Status.FAILED, proposal.reason)
        card = refused_card(search.plan, proposal)
        self._recorder.finish(self._recorder.begin(card), failure, None)
        search.ended(proposal.mark, failure, 0.0)

    def _tell(
        self, interest: _Interest, identity: str, event: Finished | Failed, seconds: float
    ) -> None:
        further = interest.search.ended(interest.mark, event, seconds)
        if further is not None:
            self._mark(identity, further.tag(interest.search.plan.key))

    def _mark(self, identity: str, tag: dict[str, str]) -> None:
        """Note in the record of a trial that a search proposed it."""
        if identity in self._handed_out:
            self._note(identity, tag)
        else:
            self._recorder.tag(self._recorded[identity].run_id, tag)

    def _end(self, identity: str) -> tuple[Finished | Failed, float]:
        """How a trial ended, in this run or an earlier one, and the seconds that it took."""
        if identity in self._ended:
            return self._ended[identity]
        result = self._recorded[identity]
        seconds = result.measured.get("duration_s", 0.0)
        if result.status is Status.FINISHED:
            measures = (result.metrics, result.best, result.measured)
            return Finished(result.start_ms, *measures, result.classes), seconds
        return Failed(result.start_ms, result.status, result.reason), seconds

    def _curve(self, identity: str) -> Curve:
        if identity in self._curves:
            return tuple(sorted(self._curves[identity].items()))
        metric = self._study.plan.primary.monitored
        run_id = self._recorded[identity].run_id
        return self._study.records.curves([run_id], metric).get(run_id, ())

    def _conclude_searches(self) -> None:
        """Take up what ended searches have found."""
        finished = [key for key, search in self._searches.items() if search.finished]
        if not finished:
            return
        for key in finished:
            self._done[key] = self._searches.pop(key).result
        self._study.adopt_found(found_of(self._done))
        self._plan_anew()

    def _queue(self, missing: Sequence[Trial]) -> None:
        """Queue trials that no other study has finished; those whose stage failed before end at once."""
        known = set(self._planned)
        new = [trial for trial in missing if trial not in known]
        left = [t for t in new if self._recorder.adopt(self._desk.planned(t)) is None]
        self._planned.add(left)
        self.planned += len(left)
        self._recorded = recorded_ends(self._study.recorded())
        for identity in dict.fromkeys(map(self._planned.upstream, left)):
            if identity is None or self._planned.awaits(identity):
                continue
            failure = self._failure(identity)
            if failure is not None:
                self._fail_all(self._planned.give_up(identity), failure)

    def _failure(self, identity: str) -> Failed | None:
        """What those trials end with that start from this one, if it failed, now or in an earlier run."""
        if identity not in self._ended and identity not in self._recorded:
            return None
        event, _ = self._end(identity)
        if isinstance(event, Finished):
            return None
        cards = self._desk.cards
        name = cards[identity].name if identity in cards else self._recorded[identity].name
        return upstream_failure(name, event.reason)

    def _fail_all(self, trials: Iterable[Trial], failure: Failed) -> None:
        for trial in trials:
            self._fail(self._desk.planned(trial), failure)

    def _fail(self, card: TrialCard, failure: Failed) -> None:
        """Record that a trial cannot run, since the one that it starts from has failed."""
        self._handed_out.add(card.identity)
        self._recorder.finish(self._recorder.begin(card), failure, None)
        self._end_trial(card.identity, failure, 0.0)

    def _ledger(self, search: SearchPlan) -> SearchLedger:
        """The search's own Optuna study."""
        return SearchLedger(self._study.journal, self._study.plan.study, search)

    def _plan_anew(self) -> None:
        """Queue the missing trials of the plan, and begin the searches that have not."""
        missing = self._study.missing(retry_failed=self._retry_failed)
        missing = tuple(t for t in missing if self._study.identities[t] not in self._handed_out)
        self._judge.follow(self._study.plan)
        self._queue(longest_first(self._study, missing))
        for key, result in self._study.searches().items():
            if key in self._done or key in self._searches:
                continue
            if result.finished:
                self._done[key] = result
            else:
                self._searches[key] = SearchRun(result, self._ledger(result.plan))
