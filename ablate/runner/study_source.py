"""Which trial of a study runs next: planned ones, what searches propose, and the rows that wait for what they find."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ablate.plan.search.types import SearchPlan, SearchResult
from ablate.plan.types import Trial
from ablate.record.curves import Curve
from ablate.record.recorder import Recorder
from ablate.results import EpochMetrics, Failed, Finished, Status, TrialResult
from ablate.runner.desk import Desk, refused_card
from ablate.runner.order import longest_first
from ablate.runner.rows_judge import RowsJudge
from ablate.runner.search_run import Proposal, SearchRun
from ablate.runner.searches import Mark, found_of, recorded_ends
from ablate.runner.study import Study
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

    Planned trials go first, then whatever searches propose, the least busy search first. When a search has ended, the
    plan is made anew and the rows that waited for it follow. A proposal that is recorded already is not run again.
    """

    def __init__(
        self, study: Study, desk: Desk, recorder: Recorder, note: Note, *, retry_failed: bool
    ) -> None:
        self._study = study
        self._desk = desk
        self._recorder = recorder
        self._note = note
        self._retry_failed = retry_failed
        self._ready: deque[Trial] = deque()
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
        ready = sum(not self._judge.is_pruned(trial.condition) for trial in self._ready)
        return len(self._handed_out) + ready + proposals + rows

    def take(self, slot: Slot, running: Sequence[Running]) -> Job | None:
        """The next trial."""
        while self._ready:
            trial = self._ready.popleft()
            if not self._judge.is_pruned(trial.condition):
                return self._planned_job(trial)
        while (search := self._hungriest()) is not None:
            job = self._proposed_job(search, search.next())
            if job is not None:
                return job
            self._conclude_searches()
            if self._ready:
                return self.take(slot, running)
        return None

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left; a search that runs may still propose something."""
        return not self._ready and not self._searches

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
        identity, event = outcome.job.identity, outcome.event
        card = self._desk.cards[identity]
        self._ended[identity] = (event, outcome.duration_s)
        self._judge.ended(card.condition, card.seed, event)
        if isinstance(event, Failed) and event.status is Status.INTERRUPTED:
            return
        for interest in self._interests.pop(identity, ()):
            self._tell(interest, identity, event, outcome.duration_s)
        self._conclude_searches()

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

    def _ledger(self, search: SearchPlan) -> SearchLedger:
        """The search's own Optuna study."""
        return SearchLedger(self._study.journal, self._study.plan.study, search)

    def _plan_anew(self) -> None:
        """Queue the missing trials of the plan, and begin the searches that have not."""
        missing = self._study.missing(retry_failed=self._retry_failed)
        missing = tuple(t for t in missing if self._study.identities[t] not in self._handed_out)
        self._judge.follow(self._study.plan)
        for trial in longest_first(self._study, missing):
            card = self._desk.planned(trial)
            if self._recorder.adopt(card) is None:
                self._ready.append(trial)
                self.planned += 1
        self._recorded = recorded_ends(self._study.recorded())
        for key, result in self._study.searches().items():
            if key in self._done or key in self._searches:
                continue
            if result.finished:
                self._done[key] = result
            else:
                self._searches[key] = SearchRun(result, self._ledger(result.plan))
