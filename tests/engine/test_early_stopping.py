from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.engine.early_stopping import Best

VALUES = st.lists(st.floats(allow_infinity=False), min_size=1, max_size=20)


@settings(deadline=None)
@given(VALUES, st.booleans())
def test_it_is_the_first_of_the_best_values(values: list[float], maximize: bool) -> None:
    best = Best()
    for epoch, value in enumerate(values, 1):
        best = best.update(epoch, value, maximize=maximize)
    defined = [value for value in values if value == value]
    if not defined:
        assert best.epoch == 0
        return
    extreme = max(defined) if maximize else min(defined)
    assert (best.epoch, best.value) == (values.index(extreme) + 1, extreme)


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 9), st.integers(0, 9))
def test_it_stalls_after_patience_epochs(patience: int, best_epoch: int, waited: int) -> None:
    best = Best(best_epoch, 0.5)
    assert best.stalled(best_epoch + waited, patience) == (waited >= patience)
    assert not best.stalled(best_epoch + waited, None)
