"""Effects, contrasts and Shapley values from runs, against SciPy, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ablate.plan.types import Contrast
from ablate.report.compare import Verdict, compare_rows
from ablate.report.estimates import weighed
from ablate.report.statistics import change_weights, holm, shapley_values

from .factorial_cases import deltas, label, random_values, tables_of

SHAPES = st.sampled_from([(2, 2), (3, 2), (2, 2, 2), (2, 3, 2)])
QUESTION = Contrast(
    "question", ((label((0, 0)), 1.0), (label((1, 0)), -0.5), (label((1, 1)), -0.5))
)


def column(table, title):
    (index,) = [i for i, name in enumerate(table.columns) if name.startswith(title)]
    return [row[index].text for row in table.rows]


def ttest(per_seed):
    test = stats.ttest_1samp(per_seed, 0.0)
    interval = test.confidence_interval(0.95)
    return np.mean(per_seed), interval.low, interval.high, test.pvalue


def test_each_effect_is_a_t_test_of_its_value_within_each_seed():
    values = random_values((3, 2), seeds=5)
    a, b = values.mean(axis=1), values.mean(axis=0)
    slopes = values[:, 1] - values[:, 0]
    expected = {
        "a 0 → 1": ttest(a[1] - a[0]),
        "a 0 → 2": ttest(a[2] - a[0]),
        "b 0 → 1": ttest(b[1] - b[0]),
        "a 1 × b": ttest(slopes[1] - slopes[0]),
        "a 2 × b": ttest(slopes[2] - slopes[0]),
    }
    corrected = holm([found[3] for found in expected.values()])
    table = tables_of(values)["effects"]
    assert column(table, "effect") == list(expected)
    for (name, found), p_holm in zip(expected.items(), corrected, strict=True):
        assert deltas(table)[name] == pytest.approx((*found, p_holm), rel=1e-9)


def test_verdicts_are_in_words():
    values = np.full((2, 2, 4), 0.5) + random_values((2, 2), seeds=4) / 1e3
    values[1] += 0.1
    values[1, 1] += 0.2
    assert column(tables_of(values)["effects"], "verdict") == ["better", "better", "present"]
    assert column(tables_of(1 - values)["effects"], "verdict") == ["worse", "worse", "present"]


def test_effects_that_add_up_exactly_have_no_interaction():
    values = random_values((2, 1), seeds=4) + np.array([[[0.0], [0.1]]]) + np.zeros((2, 2, 4))
    table = tables_of(values)["effects"]
    assert column(table, "estimate")[-1] == "0.00 [0.00, 0.00]"
    assert column(table, "verdict")[-1] == "cannot tell"


def test_two_effects_of_a_two_by_two_add_up_to_the_whole():
    values = random_values((2, 2))
    total = (values[1, 1] - values[0, 0]).mean() * 100
    assert any(f"add up to {total:+.2f}:" in line for line in tables_of(values)["effects"].footer)


def test_one_seed_gives_estimates_without_interval_or_verdict():
    tables = tables_of(
        random_values((2, 2, 2), seeds=1), [Contrast("q", (("a0 b0 c0", 1.0), ("a1 b1 c1", -1.0)))]
    )
    for name in ("effects", "contrasts"):
        assert tables[name].columns[2:] == ("estimate", "verdict")
        assert set(column(tables[name], "verdict")) == {"1 seed: cannot tell"}
    assert tables["Shapley values"].columns[2] == "Shapley value"


def test_a_missing_seed_is_left_out_where_it_is_needed():
    values = random_values((3, 2), seeds=3)
    values[2, 1, 1] = np.nan
    table = tables_of(values)["effects"]
    seeds = dict(zip(column(table, "effect"), column(table, "seeds"), strict=True))
    assert seeds == {
        "a 0 → 1": "3",
        "a 0 → 2": "2/3",
        "b 0 → 1": "2/3",
        "a 1 × b": "3",
        "a 2 × b": "2/3",
    }
    kept = values[:2, :, :].mean(axis=1)
    assert deltas(table)["a 0 → 1"][0] == pytest.approx((kept[1] - kept[0]).mean())


def test_without_any_value_there_is_no_table():
    values = np.full((2, 2, 3), np.nan)
    assert tables_of(values, [QUESTION]).keys() == {"main"}
    values[0] = 0.5
    assert "effects" not in tables_of(values)


def test_too_many_interactions_are_left_out_and_that_is_said():
    table = tables_of(random_values((6, 7), seeds=2))["effects"]
    assert len(table.rows) == 5 + 6
    assert any("there would be 30" in line for line in table.footer)


def test_too_many_levels_have_no_effects():
    assert "effects" not in tables_of(random_values((14, 13), seeds=2))


def test_a_declared_contrast_is_a_t_test_of_its_weighted_sum():
    values = random_values((2, 2), seeds=4)
    table = tables_of(values, [QUESTION, Contrast("zero", (("a0 b0", 1.0), ("a0 b0", -1.0)))])[
        "contrasts"
    ]
    expected = ttest(values[0, 0] - (values[1, 0] + values[1, 1]) / 2)
    assert deltas(table)["question"][:4] == pytest.approx(expected)
    assert deltas(table)["zero"][0] == 0.0
    assert 'question = "a0 b0" - 0.5 "a1 b0" - 0.5 "a1 b1".' in table.footer


@pytest.mark.parametrize(("shift", "word"), [(0.3, "negative"), (-0.3, "positive")])
def test_the_sign_of_a_declared_contrast_is_its_verdict(shift, word):
    values = np.full((2, 2, 4), 0.5) + random_values((2, 2), seeds=4) / 1e3
    values[1] += shift
    assert column(tables_of(values, [QUESTION])["contrasts"], "verdict") == [word]


def test_small_effects_are_too_small_to_matter():
    values = np.full((2, 2, 4), 0.5) + random_values((2, 2), seeds=4) / 1e4
    tables = tables_of(values, [QUESTION], min_effect=0.01)
    assert set(column(tables["effects"], "verdict")) == {"too small to matter"}
    assert column(tables["contrasts"], "verdict") == ["too small to matter"]


def test_shapley_values_are_those_of_each_seed_averaged_and_add_up():
    values = random_values((2, 2, 2), seeds=4)
    per_seed = [
        shapley_values(
            {
                frozenset(np.compress(cell, list("abc"))): float(values[(*cell, seed)])
                for cell in np.ndindex(2, 2, 2)
            }
        )
        for seed in range(4)
    ]
    found = deltas(tables_of(values)["Shapley values"])
    for name in "abc":
        expected = ttest([shares[name] for shares in per_seed])
        assert found[f"{name}=1"][:3] == pytest.approx(expected[:3])
    total = found["sum: all on - none"][0]
    assert total == pytest.approx((values[1, 1, 1] - values[0, 0, 0]).mean())
    assert sum(found[f"{name}=1"][0] for name in "abc") == pytest.approx(total)


def test_shapley_values_still_add_up_where_a_seed_is_missing():
    values = random_values((2, 2, 2), seeds=4)
    values[0, 1, 1, 2] = np.nan
    table = tables_of(values)["Shapley values"]
    found = deltas(table)
    assert column(table, "seeds") == ["3/4"] * 4
    assert sum(found[f"{name}=1"][0] for name in "abc") == pytest.approx(
        found["sum: all on - none"][0]
    )


@pytest.mark.parametrize("shape", [(2, 2), (3, 2, 2)])
def test_other_products_have_no_shapley_values(shape):
    assert "Shapley values" not in tables_of(random_values(shape))


def everything(values):
    tables = tables_of(values, [QUESTION_OF[values.ndim]])
    names = [name for name in ("effects", "contrasts", "Shapley values") if name in tables]
    return {(name, row): found for name in names for row, found in deltas(tables[name]).items()}


QUESTION_OF = {
    3: QUESTION,
    4: Contrast("question", (("a0 b0 c0", 1.0), ("a1 b1 c1", -2.0), ("a0 b1 c0", 1.0))),
}


def same(found, other):
    assert found.keys() == other.keys()
    for key, (*estimate, _, _) in found.items():
        assert estimate == pytest.approx(other[key][:3], rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=25)
@given(SHAPES, st.integers(0, 10_000), st.floats(-5, 5))
def test_a_constant_added_to_all_runs_changes_nothing(shape, number, constant):
    values = random_values(shape, number=number)
    same(everything(values + constant), everything(values))


@settings(deadline=None, max_examples=25)
@given(SHAPES, st.integers(0, 10_000), st.permutations(range(4)))
def test_seeds_permuted_jointly_change_nothing(shape, number, order):
    values = random_values(shape, seeds=4, number=number)
    same(everything(values[..., order]), everything(values))


@settings(deadline=None, max_examples=25)
@given(SHAPES, st.integers(0, 10_000))
def test_the_negative_of_all_runs_is_the_negative_of_all_estimates(shape, number):
    values = random_values(shape, number=number)
    found, opposite = everything(values), everything(-values)
    for key, (delta, low, high, *_) in found.items():
        assert opposite[key][:3] == pytest.approx((-delta, -high, -low))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_levels_exchanged_turn_the_sign_of_an_effect(number):
    values = random_values((2, 2), seeds=4, number=number)
    there, back = deltas(tables_of(values)["effects"]), deltas(tables_of(values[::-1])["effects"])
    assert back["a 0 → 1"][0] == pytest.approx(-there["a 0 → 1"][0])
    assert back["a × b"][0] == pytest.approx(-there["a × b"][0])
    assert back["b 0 → 1"] == pytest.approx(there["b 0 → 1"])


def test_without_any_effect_hardly_any_study_finds_one():
    generator = np.random.default_rng(7)
    cells = list(np.ndindex(2, 2))
    changes = ({0: (0, 1)}, {1: (0, 1)}, {0: (0, 1), 1: (0, 1)})
    contrasts = [
        Contrast(
            str(change), tuple((label(c), w) for c, w in change_weights((2, 2), change).items())
        )
        for change in changes
    ]
    wrong = 0
    for _ in range(2000):
        noise = generator.normal(size=(4, 3)) + generator.normal(size=3)
        rows = {label(cell): dict(enumerate(row)) for cell, row in zip(cells, noise, strict=True)}
        found = compare_rows([weighed(one, rows) for one in contrasts], maximize=True)
        wrong += any(one.verdict in (Verdict.BETTER, Verdict.WORSE) for one in found)
    assert wrong / 2000 <= 0.065
