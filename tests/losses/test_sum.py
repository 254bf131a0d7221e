from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from ablate.losses.cross_entropy import CrossEntropyOptions
from ablate.losses.dice import DiceOptions
from ablate.losses.sum import SumOptions
from ablate.spec.options import Tree
from tests.losses.overlap_by_hand import COUNTS, LOGITS, TARGET

TERMS = ("cross_entropy", {"dice": {"smooth": 1.0}})


@pytest.mark.parametrize("weights", [None, (1.0, 1.0), (2.0, 0.5)])
def test_adds_its_terms(weights: tuple[float, ...] | None) -> None:
    loss = SumOptions.model_validate({"terms": TERMS, "weights": weights}).build(COUNTS, "cpu")
    entropy = CrossEntropyOptions().build(COUNTS, "cpu")(LOGITS, TARGET)
    dice = DiceOptions(smooth=1.0).build(COUNTS, "cpu")(LOGITS, TARGET)
    first, second = weights or (1.0, 1.0)
    torch.testing.assert_close(loss(LOGITS, TARGET), first * entropy + second * dice)


def test_suits_the_tasks_that_all_terms_suit() -> None:
    assert SumOptions.model_validate({"terms": TERMS}).tasks == ("segmentation",)
    both = SumOptions.model_validate({"terms": ("cross_entropy", "focal")})
    assert both.tasks == ("classification", "segmentation")
    assert "segmentation" in SumOptions.tasks


def test_problems_of_terms_name_their_field() -> None:
    terms = ("dice", {"focal": {"class_weights": (1.0, 2.0)}})
    options = SumOptions.model_validate({"terms": terms})
    assert options.problems(2) == []
    assert options.problems(3) == [("terms[1].focal.class_weights", "2 weights for 3 classes")]


@pytest.mark.parametrize(
    ("tree", "place", "rule"),
    [
        ({"terms": ()}, ("terms",), "at least one term"),
        ({"terms": TERMS, "weights": (1.0,)}, ("weights",), "1 weights for 2 terms"),
        ({"terms": TERMS, "weights": (1.0, 0.0)}, ("weights", 1), "greater than 0"),
        (
            {"terms": ({"sum": {"terms": ("dice",)}},)},
            ("terms",),
            "a sum cannot be a term of a sum",
        ),
        ({"terms": ("dicee",)}, ("terms", 0, "dicee"), "unknown loss 'dicee'"),
        ({"terms": ({"dice": {"smoth": 1.0}},)}, ("terms", 0, "dice", "smoth"), "unknown key"),
    ],
)
def test_impossible_sums_are_refused(tree: Tree, place: tuple[str | int, ...], rule: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SumOptions.model_validate(tree)
    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert rule in error["msg"]
