"""Views of a study prepared in MLflow's list of runs: its conditions, their curves, their predictions.

MLflow keeps a view that a user saves as a tag of the experiment, in a format that it documents nowhere; all that is
known of it here stands in this module. A UI that does not know a view ignores its tag.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ablate.record import database, keys, tables
from ablate.record.experiment import Experiment
from ablate.record.images import TAGS, probe_keys
from ablate.record.names import encode
from ablate.record.rows import RunRow

_LOG = logging.getLogger("ablate")

_TAG = "mlflow.sharedViewState."
_COMPRESSED = "deflate;"
#: Stages are no conditions: in what varies they may equal one, and would count in its mean.
_TRIALS = (
    f"attributes.status = 'FINISHED' and tags.`{keys.KIND}` = '{keys.TRIAL}' "
    f"and tags.`{keys.STAGE}` IS NULL"
)
_SPLITS = ("test", "val", "train")
#: How many runs the UI loads at once.
_LOADED = 100

State = dict[str, Any]

#: The column of run names, where the UI writes what a group has in common.
_NAME = "attributes.`Run Name`"
_BY_CONDITION: State = {"orderByKey": f"tags.`{keys.CONDITION}`", "orderByAsc": True}


@dataclass(frozen=True, slots=True)
class View:
    """A view by the end of its tag and its name in the UI; ``word`` is what lists of links call it."""

    id: str
    name: str
    word: str
    charts: bool
    """Whether it shows charts, not the table of runs."""

    @property
    def tag(self) -> str:
        """The key of the experiment's tag that holds it."""
        return f"{_TAG}{self.id}"


CONDITIONS = View("ablate-conditions", "Table of conditions", "conditions", charts=False)
CURVES = View("ablate-curves", "Curves", "curves", charts=True)
PREDICTIONS = View("ablate-predictions", "Predictions", "predictions", charts=True)
VIEWS = (CONDITIONS, CURVES, PREDICTIONS)


@dataclass(frozen=True, slots=True)
class Outline:
    """What views need to know of a study: metrics as ``split/metric``, and the dotted fields that vary.

    Predictions are shown of one ``seed``, so that conditions stand side by side.
    """

    primary: str
    maximize: bool
    columns: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What there is to show, under the names that MLflow has for it.

    ``metrics`` are those of any run, ``trials`` the parameters of each one, ``pictures`` the step to show of each.
    """

    metrics: Collection[str]
    trials: Sequence[Mapping[str, str]] = ()
    pictures: Mapping[str, int] = field(default_factory=dict)


def write_views(experiment: Experiment, outline: Outline) -> None:
    """Prepare the views of a study; one that stands already, or that a user changed, stays as it is.

    Raises:
        RecordError: the store cannot be read or written.
    """
    with database.reading(experiment.database) as connection:
        tags = tables.experiment_tags(connection, experiment.id)
        metrics = tables.metric_keys(connection, experiment.id)
        made_ms = tables.experiment_time(connection, experiment.id)
        found = tables.trial_runs(connection, experiment.id)
    runs = [run for run in found if keys.STAGE not in run.tags]
    params = [run.params for run in runs]
    recorded = Recorded(metrics, params, _pictures(experiment, runs, outline.seed))
    states = view_states(outline, recorded)
    for place, (view, state) in enumerate(states.items()):
        text = written(view, state, made_ms + len(VIEWS) - place)  # the UI lists the newest first
        if len(text) > keys.MAX_EXPERIMENT_NOTE:
            _LOG.warning("the view %r is too long for MLflow and is left out", view.name)
        elif tags.get(view.tag) != text and not _changed_by_user(tags.get(view.tag)):
            experiment.client.tag_experiment(experiment.id, view.tag, text)


def existing_views(tags: Collection[str]) -> tuple[View, ...]:
    """The prepared views among an experiment's tags."""
    return tuple(view for view in VIEWS if view.tag in tags)


def view_states(outline: Outline, recorded: Recorded) -> dict[View, State]:
    """What the UI shows in each view that the records have something for."""
    grouped = _grouped(outline, recorded.trials)
    found: dict[View, State] = {CONDITIONS: {**grouped, **_columns(outline, recorded.metrics)}}
    curves = [key for key in _curves(outline) if key in recorded.metrics]
    if curves:
        found[CURVES] = {**grouped, **_charts(CURVES, map(_line, curves), curves, columns=2)}
    pictures = recorded.pictures
    if pictures:
        cards = [_image_card(key, step) for key, step in pictures.items()]
        charts = _charts(PREDICTIONS, cards, list(pictures), columns=1)
        found[PREDICTIONS] = {**_one_seed(outline), **charts}
    return found


def written(view: View, state: State, time_ms: int) -> str:
    """The value of a view's tag.

    >>> json.loads(written(CURVES, {}, 5))["name"]
    'Curves'
    """
    packed = zlib.compress(json.dumps(state, sort_keys=True).encode(), 9)
    envelope = {"name": view.name, "createdAt": time_ms, "updatedAt": time_ms}
    return json.dumps({**envelope, "state": _COMPRESSED + base64.b64encode(packed).decode()})


def _changed_by_user(text: str | None) -> bool:
    """Whether a user saved something under the view; the UI notes the time of it."""
    if text is None:
        return False
    try:
        envelope = json.loads(text)
        return bool(envelope["updatedAt"] != envelope["createdAt"])
    except (ValueError, KeyError, TypeError):
        return False


def _columns(outline: Outline, metrics: Collection[str]) -> State:
    """The condition and then its metrics, wide enough to be read, before what the UI shows anyway."""
    name = outline.primary.partition("/")[2]
    shown = [outline.primary, *outline.columns, *(f"{split}/{name}" for split in _SPLITS)]
    final = dict.fromkeys(encode(f"{keys.FINAL}{metric}") for metric in shown)
    columns = [f"metrics.`{key}`" for key in final if key in metrics]
    return {
        "selectedColumns": columns,
        "columnOrder": [_NAME, *columns],
        "columnWidths": {_NAME: 420, **dict.fromkeys(columns, 150)},
    }


def _grouped(outline: Outline, trials: Sequence[Mapping[str, str]]) -> State:
    """Finished trials by condition, each the mean of its seeds; all in one group where nothing varies.

    The UI takes means of the runs that it has loaded: where that is not all of them, the trials of a condition must
    stand together, or the best ones alone would count.
    """
    fields = [encode(factor) for factor in outline.factors]
    by = [{"mode": "param", "groupByData": field} for field in fields]
    by = by or [{"mode": "tag", "groupByData": keys.STUDY}]
    state = {
        "searchFilter": _TRIALS,
        "groupBy": {"aggregateFunction": "average", "groupByKeys": by},
    }
    if len(trials) > _LOADED:
        return {**state, **_BY_CONDITION}
    closed = {_group(fields, params): False for params in trials} if fields else {}
    return {**state, **_best_first(outline), "groupsExpanded": closed}


def _group(fields: Iterable[str], params: Mapping[str, str]) -> str:
    """The UI's name of the group that a trial is in."""
    return ",".join(f"param.{field}.{params.get(field) or 'null'}" for field in fields)


def _one_seed(outline: Outline) -> State:
    filtered = f"{_TRIALS} and params.seed = '{outline.seed}'"
    return {**_best_first(outline), "searchFilter": filtered, "groupBy": None}


def _best_first(outline: Outline) -> State:
    key = encode(f"{keys.FINAL}{outline.primary}")
    return {"orderByKey": f"metrics.`{key}`", "orderByAsc": not outline.maximize}


def _curves(outline: Outline) -> tuple[str, ...]:
    """The primary metric over the epochs, on every split, and the loss."""
    split, _, name = outline.primary.partition("/")
    splits = dict.fromkeys((split, "val", "train"))
    found = [*(f"{one}/{name}" for one in splits), "train/loss", "val/loss"]
    return tuple(dict.fromkeys(encode(metric) for metric in found))


def _charts(view: View, cards: Iterable[State], names: Sequence[str], columns: int) -> State:
    """Charts in a section of their own. The UI adds one of every other metric; the filter hides those."""
    section = {"uuid": view.id, "name": view.name, "display": True, "isReordered": False}
    placed = [
        {**card, "uuid": f"{view.id}-{place}", "metricSectionId": view.id, "deleted": False}
        for place, card in enumerate(cards)
    ]
    return {
        "compareRunCharts": placed,
        "compareRunSections": [{**section, "columns": columns}],
        "isAccordionReordered": True,  # or sections stand in the order of their names
        "chartsSearchFilter": f"^({'|'.join(map(re.escape, names))})$",
        "runsHiddenMode": "SHOW_ALL",
        "hideEmptyCharts": True,
    }


def _line(metric: str) -> State:
    """Not smoothed: the UI would draw means outside the range of their seeds."""
    shown = {"metricKey": metric, "selectedMetricKeys": [metric], "lineSmoothness": 0}
    return {"type": "LINE", **shown, "xAxisKey": "step", "useGlobalLineSmoothing": False}


def _image_card(key: str, step: int) -> State:
    return {"type": "IMAGE", "imageKeys": [key], "step": step, "showRunParams": False}


def _pictures(experiment: Experiment, runs: Iterable[RunRow], seed: int) -> dict[str, int]:
    """Key to the last step of the pictures of one trial; those of others have the same keys."""
    for run in runs:
        if run.tags.get(keys.SEED) == str(seed) and TAGS.keys() <= run.tags.keys():
            found = probe_keys(experiment.artifacts(run.run_id))
            if found:
                return found
    return {}
