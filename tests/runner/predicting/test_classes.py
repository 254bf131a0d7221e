from __future__ import annotations

import csv
import io

import pytest
import torch

from ablate.runner.predicting.classes import predictions, to_csv


def test_the_likeliest_classes_first() -> None:
    logits = torch.tensor([[0.0, 2.0, 1.0], [5.0, 0.0, 0.0]])
    first, second = predictions(["a.png", "b.png"], logits, ["cat", "dog", "owl"], top=2)
    assert (first.file, first.classes) == ("a.png", ("dog", "owl"))
    assert second.classes == ("cat", "dog"), "of equal ones the first, as in evaluation"
    assert first.probabilities == pytest.approx(logits[0].softmax(0)[[1, 2]].tolist())


def test_sure_networks_are_told_apart_by_their_logits() -> None:
    """Their probabilities are all 0 but one; the order of the others is that of the logits."""
    (found,) = predictions(["a"], torch.tensor([[0.0, 300.0, 100.0]]), ["x", "y", "z"], top=3)
    assert found.probabilities == (1.0, 0.0, 0.0)
    assert found.classes == ("y", "z", "x")


def test_names_with_commas_stay_one_field() -> None:
    found = predictions(['a,"b".png'], torch.tensor([[1.0, 0.0]]), ["cat, black", "dog"], top=2)
    ((file, name, *rest),) = list(csv.reader(io.StringIO(to_csv(found, 2))))[1:]
    assert (file, name, len(rest)) == ('a,"b".png', "cat, black", 3)
