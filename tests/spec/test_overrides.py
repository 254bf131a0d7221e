from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ablate.spec.overrides import apply_overrides, expand_names, flatten, get_field

BASE: dict[str, Any] = {
    "model": {"name": "basenet", "channels": (6, 12), "dropout": 0.1},
    "train": {"epochs": 2},
}


def test_mappings_merge_and_lists_are_replaced() -> None:
    changed = apply_overrides(BASE, {"model": {"channels": (1,)}, "train.patience": 3})
    assert changed["model"] == {"name": "basenet", "channels": (1,), "dropout": 0.1}
    assert changed["train"] == {"epochs": 2, "patience": 3}


def test_another_name_drops_the_other_fields_of_the_section() -> None:
    changed = apply_overrides(BASE, {"model.dropout": 0.5, "model.name": "timm/resnet18"})
    assert changed["model"] == {"name": "timm/resnet18", "dropout": 0.5}


def test_the_same_name_drops_nothing() -> None:
    assert apply_overrides(BASE, {"model.name": "basenet"}) == BASE


def test_a_section_may_be_replaced_by_its_short_form() -> None:
    assert apply_overrides(BASE, {"model": "other"})["model"] == {"name": "other"}
    assert flatten({"scheduler": "cosine"}) == {"scheduler.name": "cosine"}


def test_the_base_is_left_as_it_was() -> None:
    before = repr(BASE)
    apply_overrides(BASE, {"model.name": "x", "train.epochs": 9})
    assert repr(BASE) == before


def test_missing_fields_are_none() -> None:
    assert get_field(BASE, "model.nothing.deeper") is None


fields = st.sampled_from(["model.channels", "model.dropout", "train.epochs", "optimizer.lr"])


@given(st.dictionaries(fields, st.integers(0, 5)), st.randoms())
def test_the_order_of_overrides_does_not_matter(
    overrides: dict[str, int], generator: random.Random
) -> None:
    items = list(overrides.items())
    generator.shuffle(items)
    assert apply_overrides(BASE, dict(items)) == apply_overrides(BASE, overrides)


@given(st.dictionaries(fields, st.integers(0, 5)))
def test_applying_twice_is_applying_once(overrides: dict[str, int]) -> None:
    once = apply_overrides(expand_names(BASE), overrides)
    assert apply_overrides(once, overrides) == once
