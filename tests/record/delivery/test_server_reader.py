from __future__ import annotations

import numpy as np
import pytest
from mlflow import MlflowClient

from ablate.errors import RecordError
from ablate.outcomes import Outcomes, SplitOutcomes
from ablate.record import artifact_folder, read_results
from ablate.record.curves import read_curves, read_durations
from ablate.record.delivery import deliver, server
from ablate.record.records import StoreRecords
from ablate.record.server_reader import ServerReader, read_server_results
from ablate.testing.recorder_cases import comparable
from tests.record.delivery.conftest import Recorded, TrackingServer


def test_many_pages_are_read(
    recorded: Recorded, tracking: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcde":
        recorded.trial(name, long_name=1 / 3)
    deliver(recorded.store, recorded.study, tracking.uri)
    monkeypatch.setattr(server, "_PAGE", 2)
    there = read_server_results(tracking.uri, recorded.study)
    assert comparable(there) == comparable(read_results(recorded.store, recorded.study))
    known = {run_id for (run_id,) in tracking.rows("SELECT run_uuid FROM runs")}
    assert {trial.run_id for trial in there} <= known


def test_curves_and_durations_are_those_of_the_store(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    runs = [recorded.trial("a", epochs=3), recorded.trial("b", epochs=1), recorded.start("c")]
    deliver(recorded.store, recorded.study, tracking.uri)
    reader = ServerReader(tracking.uri, recorded.study)
    there = [trial.run_id for trial in reader.results()]
    for metric in ("val/AP[car]", "train/loss", "none"):
        here = read_curves(recorded.store, runs, metric)
        assert reader.curves(there, metric) == {
            there[runs.index(run_id)]: curve for run_id, curve in here.items()
        }
    here_s = read_durations(recorded.store, runs)
    assert list(reader.durations(there).values()) == list(map(here_s.get, runs[:2]))


def test_what_became_of_each_image_is_the_same_there(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    images = np.array([0, 1, 1])
    kept = SplitOutcomes(Outcomes.of_images(images, images), "f", ("cat", "dog"), ("cat", "dog"))
    run_id = recorded.trial("a")
    file = artifact_folder(recorded.store, run_id) / "per_image" / "test.npz"
    file.parent.mkdir()
    file.write_bytes(kept.to_npz())
    deliver(recorded.store, recorded.study, tracking.uri)
    there = ServerReader(tracking.uri, recorded.study).results()
    here = StoreRecords(recorded.store, recorded.study).results()
    for results in (there, here):
        (trial,) = results
        found = results.outcomes(trial.run_id, "test")
        assert found is not None
        assert found.to_npz() == kept.to_npz()
        assert results.outcomes(trial.run_id, "val") is None


def test_a_deleted_experiment_is_an_error(recorded: Recorded, tracking: TrackingServer) -> None:
    recorded.trial("a")
    deliver(recorded.store, recorded.study, tracking.uri)
    client = MlflowClient(tracking_uri=tracking.uri)
    experiment = client.get_experiment_by_name(recorded.study)
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    with pytest.raises(RecordError, match="was deleted at"):
        read_server_results(tracking.uri, recorded.study)
