"""The files are those that MLflow's own client leaves for the same pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from PIL import Image

from ablate.files import write_json
from ablate.record import Store
from ablate.record.images import TAGS, image_key, logged_images, logged_picture
from ablate.spec.probe_record import ProbeRecord, Stage, folder_of, picture_of

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def write_probes(
    folder: Path, images: tuple[str, ...] = ("a b",), *, overlay: bool = False
) -> None:
    stages = (Stage(1, 1_000, {}), Stage(40, 2_000, {}))
    record = ProbeRecord(("x", "y"), ((255, 0, 0), (0, 0, 255)), images, overlay, False, stages)
    write_json(folder / "probes.json", record.to_plain())
    generator = np.random.default_rng(0)
    for name in images:
        (folder / folder_of(name)).mkdir()
        for stem in ("truth", *(picture_of(stage.epoch).removesuffix(".png") for stage in stages)):
            picture = Image.fromarray(generator.integers(0, 2, (30, 40), dtype=np.uint8))
            picture.putpalette([255, 0, 0, 0, 0, 255])
            picture.save(folder / folder_of(name) / f"{stem}.png")
            picture.convert("RGB").save(folder / folder_of(name) / f"{stem}-overlay.png")


def content_of(file: Path | bytes) -> bytes:
    return file.read_bytes() if isinstance(file, Path) else file


def names(files: Mapping[str, object]) -> list[str]:
    return sorted(UUID.sub("UUID", name) for name in files)


@pytest.mark.parametrize("overlay", [False, True])
def test_mlflows_own_client_leaves_the_same_files(
    store: Store, tmp_path: Path, overlay: bool
) -> None:
    folder = tmp_path / "probes"
    folder.mkdir()
    write_probes(folder, overlay=overlay)
    client = MlflowClient(tracking_uri=store.tracking_uri)
    experiment = client.create_experiment("e", artifact_location=(tmp_path / "own").as_uri())
    run_id = client.create_run(experiment).info.run_id
    for step, time_ms, stem in (
        (0, 1_000, "truth"),
        (1, 1_000, "epoch-0001"),
        (40, 2_000, "epoch-0040"),
    ):
        kind = "-overlay" if overlay else ""
        with Image.open(folder / "a b" / f"{stem}{kind}.png") as picture:
            client.log_image(run_id, picture, key="val/a b", step=step, timestamp=time_ms)
    ours = logged_images(folder)
    root = tmp_path / "own" / run_id / "artifacts"
    theirs = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    assert names(ours) == names(theirs)
    pairs = zip(sorted(ours, key=UUID.split), sorted(theirs, key=UUID.split), strict=True)
    for mine, other in pairs:
        shown = [Image.open(io.BytesIO(content_of(file))) for file in (ours[mine], theirs[other])]
        assert shown[0].format == shown[1].format
        assert shown[0].size == shown[1].size
        if mine.endswith(".png"):
            pixels = [np.asarray(picture.convert("RGB")) for picture in shown]
            assert np.array_equal(*pixels)
    assert client.get_run(run_id).data.tags.items() >= TAGS.items()


def test_mlflows_own_client_leaves_the_same_files_of_a_drawn_picture(
    store: Store, tmp_path: Path
) -> None:
    picture = Image.fromarray(
        np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    )
    stream = io.BytesIO()
    picture.save(stream, format="png")
    client = MlflowClient(tracking_uri=store.tracking_uri)
    experiment = client.create_experiment("e", artifact_location=(tmp_path / "own").as_uri())
    run_id = client.create_run(experiment).info.run_id
    client.log_image(run_id, picture, key="representations/pca", step=30, timestamp=2_000)
    ours = logged_picture("representations/pca", 30, 2_000, stream.getvalue())
    root = tmp_path / "own" / run_id / "artifacts"
    theirs = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    assert names(ours) == names(theirs)
    assert logged_picture("representations/pca", 30, 2_000, stream.getvalue()) == ours


def test_the_same_pictures_give_the_same_files(tmp_path: Path) -> None:
    write_probes(tmp_path, ("a", "b"))
    first, again = logged_images(tmp_path), logged_images(tmp_path)
    assert first == again
    assert len(first) == 2 * 2 * 3


def test_another_picture_has_another_name(tmp_path: Path) -> None:
    write_probes(tmp_path)
    before = logged_images(tmp_path)
    (tmp_path / "a b" / "epoch-0001.png").write_bytes(
        (tmp_path / "a b" / "epoch-0040.png").read_bytes()
    )
    after = logged_images(tmp_path)
    assert len(before.keys() - after.keys()) == 2
    assert names(before) == names(after)


def test_small_copies_of_masks_keep_their_colours(tmp_path: Path) -> None:
    write_probes(tmp_path)
    for name, content in logged_images(tmp_path).items():
        if name.endswith(".webp"):
            picture = np.asarray(Image.open(io.BytesIO(content_of(content))).convert("RGB"))
            assert {tuple(color) for color in picture.reshape(-1, 3).tolist()} <= {
                (255, 0, 0),
                (0, 0, 255),
            }


def test_without_pictures_there_are_no_files(tmp_path: Path) -> None:
    assert logged_images(tmp_path) == {}
    record = ProbeRecord(("x",), ((1, 2, 3),), ("a",), True, False)
    write_json(tmp_path / "probes.json", record.to_plain())
    assert logged_images(tmp_path) == {}


@pytest.mark.parametrize("name", ["Straße+1", "a/b", "x" * 300, "a~b#c%d", "模型 1", "."])
def test_keys_are_such_as_mlflow_takes(name: str) -> None:
    key = image_key(name)
    assert re.fullmatch(r"[a-zA-Z0-9_\-./ ]+", key)
    assert len(key) < 150
