from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.metrics.confusion import count
from ablate.metrics.mask_tally import MaskTally
from ablate.metrics.tally import Tally
from ablate.outcomes import Outcomes
from ablate.spec.labels import grouped_labels, plain_labels
from ablate.tasks.classification import Classification


def dense(found: Outcomes, shape: tuple[int, int]) -> np.ndarray:
    cells = np.zeros((found.images, *shape), np.int64)
    np.add.at(cells, (found.image, found.true, found.predicted), found.count)
    return cells


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_each_mask_is_counted_on_its_own(seed: int, batches: list[int]) -> None:
    generator = np.random.default_rng(seed)
    labels = grouped_labels(("car", "bus", "sky"), {"vehicle": ("car", "bus"), "rest": ("sky",)})
    tally = MaskTally(labels, "cpu", scores=False)
    expected = []
    for size in batches:
        logits = torch.from_numpy(generator.normal(size=(size, 2, 3, 4)).astype(np.float32))
        masks = generator.choice([0, 1, 2, 255], (size, 3, 4)).astype(np.uint8)
        predicted = logits.argmax(1).numpy()
        expected += [
            count(mask.astype(np.int64), own, 3, ignore_index=255).counts[:, :2]
            for mask, own in zip(masks, predicted, strict=True)
        ]
        target = torch.zeros(size, 3, 4, dtype=torch.int64)
        tally.add(logits, target, torch.tensor(0.5), tuple(map(torch.from_numpy, masks)))
    counts = tally.compute()
    assert counts.outcomes is not None
    assert counts.source is not None
    assert np.array_equal(dense(counts.outcomes, (3, 2)), np.stack(expected))
    assert np.array_equal(counts.source, np.sum(expected, axis=0))
    assert np.all(np.diff(counts.outcomes.image) >= 0)


def test_masks_of_other_sizes_keep_their_order() -> None:
    tally = MaskTally(plain_labels(("a", "b")), "cpu", scores=False)
    masks = [torch.full(size, 1, dtype=torch.uint8) for size in ((2, 2), (4, 2), (2, 2))]
    logits = torch.zeros(3, 2, 2, 2)
    logits[2, 1] = 1.0
    tally.add(logits, torch.zeros(3, 2, 2, dtype=torch.int64), torch.tensor(0.5), masks)
    found = tally.compute().outcomes
    assert found is not None
    assert dense(found, (2, 2))[:, 1].tolist() == [[4, 0], [8, 0], [0, 4]]


def test_what_is_counted_while_training_is_not_kept_apart() -> None:
    tally = MaskTally(plain_labels(("a", "b")), "cpu", scores=False)
    tally.add(torch.zeros(1, 2, 2, 2), torch.zeros(1, 2, 2, dtype=torch.int64), torch.tensor(0.5))
    assert tally.compute().outcomes is None
    trained = Classification().tally(plain_labels(("a", "b")), "cpu", training=True)
    trained.add(torch.zeros(1, 2), torch.zeros(1, dtype=torch.int64), torch.tensor(0.5))
    assert trained.compute().outcomes is None


def test_each_image_of_a_classifier_has_its_prediction() -> None:
    tally = Tally(3, "cpu", each=True)
    for true, predicted in (([0, 2], [1, 2]), ([1], [0])):
        logits = torch.nn.functional.one_hot(torch.tensor(predicted), 3).float()
        tally.add(logits, torch.tensor(true), torch.tensor(0.5))
    found = tally.compute().outcomes
    assert found is not None
    assert found.one_each
    assert (found.true.tolist(), found.predicted.tolist()) == ([0, 2, 1], [1, 2, 0])
