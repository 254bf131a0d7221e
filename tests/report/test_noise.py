"""Test-set noise in tables: only of single runs, only of the same images, and never a verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from ablate.metrics.confusion import ConfusionMatrix
from ablate.outcomes import Outcomes, SplitOutcomes
from ablate.report import ablation_table, render_csv, render_markdown, study_report
from ablate.report.noise_footer import NOISE_TITLE
from ablate.results import ResultSet
from ablate.tasks.segmentation import Segmentation

from .studies import Data, RowDraft, finished, make_plan

CLASSES = ("cat", "dog", "car", "bus")
SPACE = {"kind": {"animal": ("cat", "dog"), "vehicle": ("car", "bus")}}
ROWS = [
    RowDraft("baseline", {}, None),
    RowDraft("wide", {"model.hidden": (99,)}, "baseline"),
    RowDraft("twin", {"model.dropout": 0.1}, "baseline"),
]
GENERATOR = np.random.default_rng(4)
TRUE = GENERATOR.integers(0, 4, 1200)


def predicted(right):
    """Predictions of which the given share of images is right; the others are one class off."""
    return (TRUE + (np.arange(1200) % 100 >= right)) % 4


PREDICTED = {"baseline": predicted(70), "wide": predicted(78), "twin": predicted(70)}
PREDICTED["twin"][:4] = TRUE[:4] = 0


def kept(label, fingerprint="f" * 32):
    outcomes = Outcomes.of_images(TRUE, PREDICTED[label])
    return SplitOutcomes(outcomes, fingerprint, CLASSES, CLASSES)


class Kept:
    """What is recorded of each image; remembers what was asked for."""

    def __init__(self, **changed):
        self.files = {label: kept(label) for label in PREDICTED} | changed
        self.asked = []

    def __call__(self, run_id, split):
        self.asked.append((run_id, split))
        return self.files.get(run_id.partition(" ")[0])


def value(label, metric):
    matrix = np.zeros((4, 4), np.int64)
    np.add.at(matrix, (TRUE, PREDICTED[label]), 1)
    if metric == "accuracy@kind":
        return float((PREDICTED[label] // 2 == TRUE // 2).mean())
    name, _, of = metric.partition("/")
    found = ConfusionMatrix(matrix)
    if of:
        return float(found.recall()[CLASSES.index(of)])
    return getattr(found, name)()


def case(metric="accuracy", seeds=(0,), outcomes=None, split="test"):
    name = f"{split}/{metric}"
    plan = make_plan(ROWS, seeds=seeds, primary=name, label_spaces=SPACE)
    trials = tuple(
        finished(
            row.label,
            seed,
            value(row.label, metric) + seed / 1000,
            name,
            run_id=f"{row.label} {seed}",
            classes=CLASSES,
        )
        for row in ROWS
        for seed in seeds
    )
    return plan, ResultSet("s", trials, outcomes or Kept())


def table(*arguments, **options):
    plan, results = case(*arguments, **options)
    return ablation_table(plan, plan.ablations[0], results)


def column(found, title=NOISE_TITLE):
    place = found.columns.index(title)
    return [row[place].text for row in found.rows]


def test_single_runs_have_an_interval_that_says_what_it_is_and_no_verdict():
    found = table()
    assert column(found)[0] == "-"
    assert column(found)[2] == "-", "four images differ: too few for an interval"
    low, high = (float(end) for end in column(found)[1].strip("[]").split(","))
    assert 5 < low < 8 < high < 11
    assert column(found, "delta to baseline")[1] == "+8.00"
    assert column(found, "verdict")[1:] == ["1 seed: cannot tell"] * 2
    assert not any(cell.bold for row in found.rows for cell in row)
    text = "\n".join(found.footer)
    assert "±" not in text
    assert "other images like the 1,200 of test" in text
    assert "one pair in four looks different by this measure; hence no verdict" in text


def test_mcnemars_p_is_that_of_the_images_that_only_one_gets_right():
    found = table()
    rights = {label: PREDICTED[label] == TRUE for label in PREDICTED}
    gained = int((rights["twin"] & ~rights["baseline"]).sum())
    lost = int((~rights["twin"] & rights["baseline"]).sum())
    assert 0 < gained + lost < 20
    expected = stats.binomtest(gained, gained + lost).pvalue
    (sentence,) = [line for line in found.footer if "McNemar" in line]
    assert f"twin p = {expected:.3f} ({gained} against {lost} images)" in sentence
    assert "wide p < 0.001 (96 against 0 images)" in sentence
    (record,) = [one for one in found.records if one.row == "twin" and one.delta is not None]
    assert record.noise_p == pytest.approx(expected)
    assert (record.low, record.high, record.p, record.p_holm) == (None,) * 4


def test_the_interval_is_near_that_of_the_normal_approximation():
    (record,) = [one for one in table().records if one.row == "wide" and one.delta is not None]
    difference = (PREDICTED["wide"] == TRUE) * 1.0 - (PREDICTED["baseline"] == TRUE)
    spread = 1.96 * difference.std() / np.sqrt(len(TRUE))
    expected = (difference.mean() - spread, difference.mean() + spread)
    assert (record.noise_low, record.noise_high) == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize("seeds", [(0, 1), (0, 1, 2)])
def test_with_more_seeds_there_is_none_of_this_and_nothing_is_read(seeds):
    outcomes = Kept()
    plan, results = case(seeds=seeds, outcomes=outcomes)
    report = study_report(plan, results)
    assert "test-set noise" not in report
    assert "McNemar" not in report
    assert outcomes.asked == []


def test_one_of_several_seeds_does_not_count_as_a_single_run():
    plan, results = case(seeds=(0, 1))
    first = replace(results, trials=tuple(trial for trial in results if trial.seed == 0))
    assert "test-set noise" not in study_report(plan, first)


@pytest.mark.parametrize(
    "changed",
    [
        {"baseline": None},
        {"baseline": kept("baseline", "other images")},
        {"baseline": kept("wide")},
    ],
    ids=["not kept", "other images", "not those of the values"],
)
def test_without_outcomes_of_the_same_images_the_table_is_as_before(changed):
    outcomes = Kept(**changed)
    plan, results = case(outcomes=outcomes)
    assert outcomes.asked == []
    report = study_report(plan, results)
    assert ("baseline 0", "test") in outcomes.asked
    assert report == study_report(plan, ResultSet("s", results.trials))
    assert "test-set noise" not in report


def test_one_run_without_outcomes_leaves_only_its_row_out():
    found = table(outcomes=Kept(twin=None))
    assert column(found)[1].startswith("[")
    assert "twin p" not in "\n".join(found.footer)


@pytest.mark.parametrize(
    ("metric", "p"),
    [
        ("accuracy@kind", True),
        ("accuracy/cat", True),
        ("macro_f1", False),
        ("mean_class_accuracy", False),
    ],
)
def test_metrics_that_follow_from_what_was_predicted(metric, p):
    found = table(metric)
    low, high = (float(end) for end in column(found)[1].strip("[]").split(","))
    delta = float(column(found, found.columns[3])[1])
    assert low < delta < high
    assert ("McNemar" in "\n".join(found.footer)) == p


def test_metrics_that_do_not_have_none():
    name = "test/loss"
    plan = make_plan(ROWS, seeds=(0,), primary=name)
    trials = tuple(finished(row.label, 0, 0.5, name, run_id=row.label) for row in ROWS)
    outcomes = Kept()
    assert "test-set noise" not in study_report(plan, ResultSet("s", trials, outcomes))
    assert outcomes.asked == []


def test_another_split_is_named_and_read():
    outcomes = Kept()
    found = table(split="val", outcomes=outcomes)
    assert "1,200 of val" in "\n".join(found.footer)
    assert {split for _, split in outcomes.asked} == {"val"}


def masks(label):
    """Sparse counts of 60 images of three classes, the last of which no image has."""
    generator = np.random.default_rng(7)
    truth = generator.integers(0, 2, (60, 200))
    error = generator.random((60, 200)) < {"baseline": 0.2, "wide": 0.15, "twin": 0.2}[label]
    found = np.where(error, 1 - truth, truth)
    cells = np.zeros((60, 3, 3), np.int64)
    np.add.at(cells, (np.arange(60)[:, None], truth, found), 1)
    image, true, pred = cells.nonzero()
    outcomes = Outcomes(60, image, true, pred, cells[image, true, pred])
    return cells.sum(axis=0), SplitOutcomes(outcomes, "f", ("a", "b", "c"), ("a", "b", "c"))


def test_mean_iou_has_an_interval_and_no_p():
    name, found = "val/miou", {row.label: masks(row.label) for row in ROWS}
    plan = make_plan(ROWS, seeds=(0,), primary=name, task=Segmentation(), data=Data())
    trials = tuple(
        finished(label, 0, ConfusionMatrix(matrix).mean_iou(), name, run_id=label)
        for label, (matrix, _) in found.items()
    )
    outcomes = Kept(**{label: one for label, (_, one) in found.items()})
    (noise,) = [
        record
        for record in ablation_table(
            plan, plan.ablations[0], ResultSet("s", trials, outcomes)
        ).records
        if record.row == "wide" and record.delta is not None
    ]
    assert noise.noise_low < noise.delta < noise.noise_high
    assert noise.noise_high - noise.noise_low < 0.04
    assert noise.noise_p is None


def test_the_same_records_give_the_same_bytes_in_every_order():
    def documents(backwards):
        plan, results = case()
        turned = replace(results, trials=results.trials[::-1]) if backwards else results
        tables = [ablation_table(plan, plan.ablations[0], turned)]
        return render_markdown(tables), render_csv(tables)

    assert documents(False) == documents(False) == documents(True)


def test_each_file_is_read_once_for_a_row_and_the_reference_for_all():
    outcomes = Kept()
    table(outcomes=outcomes)
    assert sorted(outcomes.asked) == [
        (f"{row.label} 0", "test") for row in sorted(ROWS, key=lambda r: r.label)
    ]
