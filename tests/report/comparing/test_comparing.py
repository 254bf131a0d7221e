from __future__ import annotations

from dataclasses import replace

import pytest

from ablate.report.comparing import (
    PairedRows,
    Side,
    class_tables,
    config_differences,
    metrics_table,
    obstacles,
    remarks,
    rows_table,
    tree_differences,
)
from ablate.report.comparing.document import comparison_of_studies, comparison_of_two
from ablate.report.markdown_document import render_markdown_document
from ablate.spec.primary import Primary
from tests.report.studies import config, finished

TREE = {
    "data": {"name": "fashion-mnist", "val_fraction": 0.1, "split_seed": 0, "classes": None},
    "train": {"precision": "fp32", "epochs": 2},
}
BASE = (0.721, 0.728, 0.719)
BETTER = (0.730, 0.739, 0.726)


def side(values, title="A", tree=TREE, metric="val/accuracy", seeds=None, **trial):
    found = tuple(
        finished(title, seed, value, metric, **trial)
        for seed, value in enumerate(values)
        if value is not None
    )
    planned = tuple(range(len(values))) if seeds is None else seeds
    return Side(title, tree, Primary(metric=metric), planned, found)


def in_section(section, **fields):
    return {**TREE, section: {**TREE[section], **fields}}


def cells(table, row=0):
    return {title: cell.text for title, cell in zip(table.columns, table.rows[row], strict=True)}


class TestRows:
    def test_the_second_is_compared_with_the_first_seed_by_seed(self):
        table = metrics_table(side(BASE), side(BETTER), judged=True)
        assert cells(table) == {
            "metric": "val/accuracy %",
            "A": "72.27 ± 0.47",
            "B": "73.17 ± 0.67",
            "B - A [95 % CI]": "+0.90 [+0.40, +1.40]",
            "wins": "3/3",
            "verdict": "better",
        }

    def test_the_verdict_is_about_the_primary_metric_alone(self):
        more = {"test/accuracy": 0.5, "val/loss": 0.3}
        table = metrics_table(side(BASE, metrics=more), side(BETTER, metrics=more), judged=True)
        assert [row[0].text for row in table.rows] == [
            "val/accuracy %",
            "test/accuracy %",
            "val/loss",
        ]
        assert [cells(table, row)["verdict"] for row in range(3)] == ["better", "-", "-"]

    def test_a_seed_that_one_lacks_drops_out_of_its_pair(self):
        table = metrics_table(side((0.721, None, 0.719)), side(BETTER), judged=True)
        assert cells(table)["wins"] == "2/2"

    def test_the_least_effect_that_matters_counts_where_both_have_it(self):
        first, second = (replace(side(values), min_effect=0.02) for values in (BASE, BETTER))
        assert cells(metrics_table(first, second, judged=True))["verdict"] == "too small to matter"
        other = replace(second, min_effect=0.03)
        assert cells(metrics_table(first, other, judged=True))["verdict"] == "better"

    def test_nothing_in_common(self):
        table = metrics_table(side(BASE), side(BASE, metric="val/miou"), judged=True)
        assert (table.rows, table.description) == ((), "There is no metric that both recorded.")


class TestRuns:
    def test_they_have_values_and_no_verdict(self):
        table = metrics_table(side((0.7,)), side((0.75,)), judged=False)
        assert cells(table) == {
            "metric": "val/accuracy %",
            "A": "70.00",
            "B": "75.00",
            "B - A": "+5.00",
        }
        assert "no verdict" in table.footer[0]

    def test_other_seeds_are_not_explained_to_those_who_get_no_test(self):
        first = side((None, 0.7), seeds=(1,))
        assert len(metrics_table(first, side((0.75,)), judged=False).footer) == 1


class TestObstacles:
    def test_none_between_seeds_of_one_configuration(self):
        assert obstacles(side(BASE), side(BETTER), Primary(metric="val/accuracy")) == ()
        assert remarks(side(BASE), side(BETTER)) == ()

    def test_other_data(self):
        other = side(BETTER, fingerprint="0123456789")
        (reason,) = obstacles(side(BASE), other, Primary(metric="test/accuracy"))
        assert reason == (
            "other data: A is of fashion-mnist (fingerprint f), B of fashion-mnist (fingerprint 01234567)"
        )

    @pytest.mark.parametrize(("split", "told"), [("val", 1), ("train", 1), ("test", 0)])
    def test_another_split_matters_where_the_images_are_others(self, split, told):
        other = side(BETTER, tree=in_section("data", split_seed=1))
        found = obstacles(side(BASE), other, Primary(metric=f"{split}/accuracy"))
        assert len(found) == told
        assert all("data.split_seed is 0 in A and 1 in B" in reason for reason in found)

    def test_other_classes(self):
        first = side(BASE, classes=("cat", "dog", "car"))
        second = side(BETTER, classes=("cat", "dog"))
        (reason,) = obstacles(first, second, Primary(metric="val/accuracy"))
        assert reason == "other classes (3 in A, 2 in B)"

    def test_the_order_and_the_names_of_groups_do_not_matter(self):
        groups = {"pets": ("cat", "dog"), "cars": ("car",)}
        renamed = {"vehicles": ("car",), "animals": ("dog", "cat")}
        trees = [in_section("data", classes=one) for one in (groups, renamed)]
        first, second = (side(BASE, tree=tree) for tree in trees)
        assert not obstacles(first, second, Primary(metric="val/accuracy"))
        assert obstacles(first, side(BASE, classes=("car",)), Primary(metric="val/accuracy"))

    def test_a_label_space_makes_other_classes_comparable_if_it_means_the_same(self):
        first = side(BASE, classes=("cat", "dog"), spaces={"two": "x"})
        second = side(BASE, classes=("cat",), spaces={"two": "x"})
        assert not obstacles(first, second, Primary(metric="val/accuracy@two"))
        moved = side(BASE, classes=("cat",), spaces={"two": "y"})
        assert obstacles(first, moved, Primary(metric="val/accuracy@two"))

    def test_what_cannot_be_compared_has_no_difference_and_no_verdict(self):
        table = metrics_table(side(BASE), side(BETTER, fingerprint="g"), judged=True)
        found = cells(table)
        assert found["B - A [95 % CI]"] == "not comparable [1]"
        assert (found["wins"], found["verdict"]) == ("-", "-")
        assert table.footer[-1].startswith("[1] other data")

    def test_devices_and_precision_are_remarks(self):
        other = side(BETTER, tree=in_section("train", precision="bf16"), device="cuda (H100)")
        devices, precision = remarks(side(BASE), other)
        assert "A ran on cpu, B on cuda (H100)" in devices
        assert "fp32 in A and bf16 in B" in precision


def test_classes_stand_in_their_order_with_the_primary_metrics_split():
    by_class = {
        "val/accuracy/Shirt": 0.5,
        "val/accuracy/T-shirt/top": 0.7,
        "test/accuracy/Shirt": 0,
    }
    first = side(BASE, metrics=by_class, classes=("T-shirt/top", "Shirt"))
    second = side(
        BASE, metrics={**by_class, "val/accuracy/Shirt": 0.52}, classes=("T-shirt/top", "Shirt")
    )
    (table,) = class_tables(first, second, judged=True)
    assert [row[0].text for row in table.rows] == ["T-shirt/top", "Shirt"]
    assert cells(table, 1) == {"class": "Shirt", "A": "50.0", "B": "52.0", "B - A": "+2.0"}


class TestConfigurations:
    def test_fields_that_differ(self):
        first, second = config(), config(changes={"model.dropout": 0.5, "optimizer.lr": 0.01})
        found = [(one.field, one.first, one.second) for one in config_differences(first, second)]
        assert found == [("model.dropout", "0.0", "0.5"), ("optimizer.lr", "0.001", "0.01")]

    def test_the_metric_that_is_reported_is_none(self):
        assert config_differences(config(), config(primary="val/loss")) == ()

    def test_recorded_ones_are_compared_with_their_stages(self):
        first = {"model": {"name": "a", "width": 1}, "primary": {"metric": "val/loss"}}
        second = {
            "model": {"name": "b"},
            "primary": {"metric": "val/accuracy"},
            "stages": {"pre": {"train": {"epochs": 3}}},
        }
        found = [(one.field, one.first, one.second) for one in tree_differences(first, second)]
        assert found == [
            ("model.name", "a", "b"),
            ("model.width", "1", "-"),
            ("stages.pre.train.epochs", "-", "3"),
        ]

    def test_long_values_are_cut_unless_that_made_them_equal(self):
        long = "x" * 200
        (one,) = tree_differences({"a": {"b": f"{long}1"}}, {"a": {"b": f"{long}2"}})
        assert (one.first[-1], one.second[-1]) == ("1", "2")
        (one,) = tree_differences({"a": {"b": long}}, {"a": {"b": "y"}})
        assert len(one.first) == 100


class TestStudies:
    def test_rows_are_paired_by_the_seeds_that_both_have(self):
        pair = PairedRows(side(BASE), side((*BETTER, 0.9, 0.9)), same=True)
        found = cells(rows_table([pair]))
        assert found["B - A [95 % CI]"] == "+0.90 [+0.40, +1.40]"
        assert found["seeds"] == "3 paired of 3 and 5"
        assert found["the same"] == "configuration"

    def test_rows_without_a_common_seed_are_not_paired(self):
        first = side((None, None, 0.7, 0.72), seeds=(2, 3))
        found = cells(rows_table([PairedRows(first, side((0.7, 0.71)), same=False)]))
        assert found["seeds"] == "2 and 2, unpaired"

    def test_a_row_that_has_not_run(self):
        empty = Side("A", TREE, Primary(metric="val/accuracy"), (0, 1, 2), ())
        found = cells(rows_table([PairedRows(side(BASE), empty, same=True)]))
        assert (found["B: val/accuracy %"], found["B - A [95 % CI]"], found["seeds"]) == (
            "-",
            "-",
            "-",
        )

    def test_what_concerns_some_rows_names_them(self):
        pairs = [
            PairedRows(side(BASE, "one"), side(BASE, "one", device="cuda"), same=True),
            PairedRows(side(BASE, "two"), side(BASE, "two"), same=True),
        ]
        assert rows_table(pairs).footer[-1].endswith("(1 row: one)")

    def test_rows_of_one_alone_are_named(self):
        document = comparison_of_studies(("a", "b"), (), (), (("Wide",), ()))
        text = render_markdown_document(document)
        assert "No row of one is a row of the other." in text
        assert '- Only in A: "Wide".' in text


def test_a_comparison_is_one_document_with_hostile_names_escaped():
    first, second = side(BASE, "<b>|"), side(BETTER, "plain", fingerprint="g")
    text = render_markdown_document(comparison_of_two(first, second, (), judged=True))
    assert text.startswith("# &lt;b>\\| and plain\n")
    assert "Every field that can change what is trained is the same." in text
    assert "val/accuracy cannot be compared: other data" in text
