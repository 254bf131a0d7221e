"""The names under which trials stand in MLflow: tags, metric prefixes, artifact names.

Everything a reader needs is a tag ``ablate.*``, a parameter or a metric, so that plain MLflow shows the whole record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

IDENTITY = "ablate.identity"
CONDITION = "ablate.condition"
SEED = "ablate.seed"
STUDY = "ablate.study"
FINGERPRINT = "ablate.fingerprint"
STATUS = "ablate.status"
REASON = "ablate.reason"
DEVICE = "ablate.device"
#: JSON list of the parameters that are headline fields, not factors.
HEADLINE = "ablate.headline"
#: ``trial`` or ``report``.
KIND = "ablate.kind"
#: The stage that a run is a trial of, and the identity of the trial that a run starts from.
STAGE = "ablate.stage"
UPSTREAM = "ablate.upstream"
#: The run, and the study, that an adopted result was trained in.
SOURCE_RUN = "ablate.source_run"
SOURCE_STUDY = "ablate.source_study"
#: JSON list of the class names, in the data set's order; left out where it is too long for a tag.
CLASSES = "ablate.classes"
#: How many trials ran side by side on the trial's device.
SHARED_DEVICE = "ablate.shared_device"
#: ``ablate.search/<key>.<number>``: that a search proposed the trial: JSON with its number, seed place and parameters.
SEARCH = "ablate.search/"
#: JSON of label space to a hash of what it meant when the trial was scored in it.
SPACES = "ablate.spaces"
#: At a tracking server: the local run that a run was delivered from, the digest of what was delivered, and that
#: another run took its place.
LOCAL_RUN = "ablate.local_run"
DELIVERED = "ablate.delivered"
REPLACED = "ablate.replaced"
#: The hash of what the report run shows.
REPORT_HASH = "ablate.report_hash"

#: What the model of a trial is and how long it trains, known when it starts.
PARAMETERS = "ablate.parameters"
TRAINABLE_PARAMETERS = "ablate.trainable_parameters"
EPOCHS = "ablate.epochs"

#: ``ablate.infinite/<step>/<key>``: a value that no database can store, ``inf`` or ``-inf``.
INFINITE = "ablate.infinite/"
#: ``ablate.name/<digest>``: the full name behind a shortened one.
FULL_NAME = "ablate.name/"

NOTE = "mlflow.note.content"
RUN_NAME = "mlflow.runName"
GIT_COMMIT = "mlflow.source.git.commit"

TRIAL = "trial"
REPORT = "report"

#: Metrics of the finished trial stand at step 0; those of epochs at steps 1, 2, ...
SUMMARY_STEP = 0
FINAL = "final/"
BEST = "best/"
MEASURED = "measured/"
SUMMARY_PREFIXES = (FINAL, BEST, MEASURED)

CONFIG_FILE = "config.yaml"
CLASSES_FILE = "classes.json"
ERROR_FILE = "error.txt"

#: The longest values that MLflow keeps without cutting them.
MAX_PARAM = 6000
MAX_TAG = 8000
MAX_RUN_NOTE = 8000
MAX_EXPERIMENT_NOTE = 20000

#: The reason of a run that nobody ended.
ORPHANED = "the driver ended before the trial"


def spaces_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Label space to the hash of what it meant.

    >>> spaces_of({"ablate.spaces": '{"two": "9f"}', "ablate.seed": "0"})
    {'two': '9f'}
    """
    found: dict[str, str] = json.loads(tags.get(SPACES, "{}"))
    return found


def searches_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Key and number of each proposal of a search to what it says of a run.

    >>> searches_of({"ablate.search/abc.7": "{}", "ablate.seed": "0"})
    {'abc.7': '{}'}
    """
    return {key.removeprefix(SEARCH): text for key, text in tags.items() if key.startswith(SEARCH)}
