from __future__ import annotations

from ablate.data.streams import stream_seed


def test_every_part_matters_and_seeds_fit_a_generator() -> None:
    seeds = {
        stream_seed(seed, purpose, epoch)
        for seed in range(20)
        for purpose in ("order", "augment")
        for epoch in range(20)
    }
    assert len(seeds) == 800
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_streams_stay_the_same_for_ever() -> None:
    assert stream_seed(0, "order", 1) == 2961819992523135983
