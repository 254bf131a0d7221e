from __future__ import annotations

import io

import numpy as np
import pytest

from ablate.outcomes import Outcomes, SplitOutcomes, nothing_kept

IMAGES = SplitOutcomes(
    Outcomes.of_images(np.array([0, 2, 1, 2]), np.array([0, 1, 1, 2])),
    fingerprint="f" * 32,
    true_classes=("cat", "dog", "ÿ|<b>"),
    predicted_classes=("cat", "dog", "ÿ|<b>"),
)
MASKS = SplitOutcomes(
    Outcomes(
        images=3,
        image=np.array([0, 0, 2]),
        true=np.array([0, 1, 3]),
        predicted=np.array([1, 1, 0]),
        count=np.array([70_000, 5, 12]),
    ),
    fingerprint="0" * 32,
    true_classes=("sky", "road", "car", "bus"),
    predicted_classes=("still", "moving"),
)


@pytest.mark.parametrize("kept", [IMAGES, MASKS])
def test_the_file_gives_back_what_was_written(kept: SplitOutcomes) -> None:
    read = SplitOutcomes.from_npz(kept.to_npz())
    for name in ("image", "true", "predicted", "count"):
        assert getattr(read.outcomes, name).tolist() == getattr(kept.outcomes, name).tolist()
    assert read.outcomes.images == kept.outcomes.images
    for name in ("fingerprint", "true_classes", "predicted_classes"):
        assert getattr(read, name) == getattr(kept, name)


def test_anyone_reads_it_with_numpy_alone() -> None:
    content = np.load(io.BytesIO(IMAGES.to_npz()), allow_pickle=False)
    assert content["true_classes"][content["true"]].tolist() == ["cat", "ÿ|<b>", "dog", "ÿ|<b>"]
    assert content["predicted"].tolist() == [0, 1, 1, 2]
    assert "image" not in content


def test_the_file_is_small_and_always_the_same() -> None:
    true = np.random.default_rng(0).integers(0, 10, 10_000)
    kept = SplitOutcomes(Outcomes.of_images(true, true), "f" * 32, ("a",) * 10, ("a",) * 10)
    assert kept.to_npz() == kept.to_npz()
    assert len(kept.to_npz()) < 15_000


def test_a_file_of_masks_without_any_pixel() -> None:
    empty = np.zeros(0, np.int64)
    kept = SplitOutcomes(Outcomes(2, empty, empty, empty, empty), "f" * 32, ("a", "b"), ("a", "b"))
    assert SplitOutcomes.from_npz(kept.to_npz()).outcomes.images == 2


@pytest.mark.parametrize("kept", [IMAGES, MASKS])
def test_a_damaged_file_is_refused(kept: SplitOutcomes) -> None:
    content = kept.to_npz()
    for end in range(0, len(content), 97):
        with pytest.raises(ValueError, match="outcomes"):
            SplitOutcomes.from_npz(content[:end])
    for place in range(60, len(content), 53):  # wherever a bit flips: refused, or it meant nothing
        flipped = bytearray(content)
        flipped[place] ^= 16
        try:
            read = SplitOutcomes.from_npz(bytes(flipped))
        except ValueError:
            continue
        assert read.outcomes.true.tolist() == kept.outcomes.true.tolist()


@pytest.mark.parametrize(
    "changed",
    [
        {"true": np.array([0, 3, 0, 0])},
        {"predicted": np.array([0, 0, -1, 0])},
        {"predicted": np.array([0.0, 1.0, 0.0, 0.0])},
        {"true": np.zeros((2, 2), np.int64)},
        {"true": np.zeros(5, np.int64)},
        {"images": np.int64(5)},
        {"true": np.array([None, 0, 0, 0])},
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(changed: dict[str, object]) -> None:
    arrays = dict(np.load(io.BytesIO(IMAGES.to_npz()), allow_pickle=False))
    stream = io.BytesIO()
    np.savez(stream, **{**arrays, **changed})
    with pytest.raises(ValueError, match=r"outcomes|allow_pickle"):
        SplitOutcomes.from_npz(stream.getvalue())


def test_nothing_is_kept_unless_somebody_kept_it() -> None:
    assert nothing_kept("run", "test") is None
