from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.report import ablation_table, render_csv, study_report
from ablate.report.cells import MeanStd, Text
from ablate.results import ResultSet, Status

from .cases import CASES, cumulative, grid
from .search_cases import Named
from .studies import RowDraft, finished, make_plan, results, unfinished

PAIR = [RowDraft("a", {}, None), RowDraft("b", {"model.dropout": 0.5}, "a")]
BETTER = {"a": (0.80, 0.81, 0.79), "b": (0.90, 0.912, 0.893)}


def table_of(plan, found, **options):
    return ablation_table(plan, plan.ablations[0], found, **options)


def column(table, title):
    (index,) = [i for i, name in enumerate(table.columns) if name.startswith(title)]
    return [row[index].text for row in table.rows]


def bold(table):
    return [cell.text for row in table.rows for cell in row if cell.bold]


def test_every_row_has_a_cell_for_every_column():
    for case in CASES.values():
        plan, found = case()
        table = table_of(plan, found)
        assert {len(row) for row in table.rows} == {len(table.columns)}
        (ablation, *_) = plan.ablations
        assert len(table.rows) == len(ablation.rows) + len(ablation.literature)


def test_cumulative_shows_both_differences_and_tests_the_one_to_the_baseline():
    table = table_of(*cumulative())
    assert column(table, "delta to row above") == ["-", "+0.90", "+7.33", "0.00"]
    assert column(table, "delta to baseline")[1] == "+0.90 [+0.40, +1.40]"
    assert column(table, "verdict") == ["-", "better", "better", "better"]
    assert (
        "Each row keeps the changes of all rows above it; gains depend on the order."
        in table.footer
    )


def test_other_designs_show_the_difference_to_the_reference_alone():
    assert not any(
        "row above" in title for title in table_of(make_plan(PAIR), results(BETTER)).columns
    )


def test_a_grid_has_a_column_for_each_factor():
    table = table_of(*grid())
    assert table.columns[:3] == ("optimizer.lr", "model.dropout", "seeds")
    assert column(table, "optimizer.lr") == ["0.001", "0.001", "1e-5", "1e-5"]
    assert column(table, "verdict")[0] == "reference"


@pytest.mark.parametrize(
    "labels",
    [("small", "large"), ("dropout=0.1", "large")],
    ids=["named levels", "one named level"],
)
def test_rows_named_otherwise_than_by_their_levels_keep_their_names(labels):
    rows = [RowDraft("baseline", {}, None)]
    rows += [
        RowDraft(label, {"model.dropout": level}, "baseline")
        for label, level in zip(labels, (0.1, 0.5), strict=True)
    ]
    table = table_of(make_plan(rows, design="grid"), results({}))
    assert column(table, "variant") == ["baseline", *labels]


def test_named_levels_of_several_factors_have_a_column_each():
    rows = [
        RowDraft(
            f"{size}, {rate}",
            {},
            "small, slow" if (size, rate) != ("small", "slow") else None,
            levels={"size": size, "rate": rate},
        )
        for size in ("small", "large")
        for rate in ("slow", "fast")
    ]
    table = table_of(make_plan(rows, design="grid"), results({}))
    assert table.columns[:3] == ("size", "rate", "seeds")
    assert column(table, "rate") == ["slow", "fast", "slow", "fast"]


def test_a_sweep_of_one_factor_has_its_column():
    rows = [
        RowDraft("dropout=0", {}, None),
        RowDraft("dropout=1", {"model.dropout": 1.0}, "dropout=0"),
    ]
    table = table_of(make_plan(rows, design="one-factor"), results({}))
    assert column(table, "model.dropout") == ["0.0", "1.0"]


def test_a_structured_level_keeps_the_rows_names():
    rows = [
        RowDraft("baseline", {}, None),
        RowDraft("hidden={a: 1}", {"model.hidden": {"a": 1}}, "baseline"),
    ]
    assert table_of(make_plan(rows, design="grid"), results({})).columns[0] == "variant"


def test_a_secondary_split_stands_beside_the_primary():
    test_primary = make_plan(PAIR, primary="test/accuracy")
    found = results(BETTER, metric="test/accuracy", metrics={"val/accuracy": 0.5})
    assert column(table_of(test_primary, found), "val/accuracy") == ["50.00 ± 0.00"] * 2
    only_train = results(BETTER, metrics={"train/accuracy": 0.5})
    assert column(table_of(make_plan(PAIR), only_train), "train/accuracy")[0] == "50.00 ± 0.00"


class TestBold:
    def test_the_best_mean_if_its_verdict_is_better(self):
        assert bold(table_of(make_plan(PAIR), results(BETTER))) == ["90.17 ± 0.96"]

    def test_not_within_the_noise(self):
        close = {"a": (0.80, 0.81, 0.79), "b": (0.82, 0.80, 0.80)}
        assert bold(table_of(make_plan(PAIR), results(close))) == []

    def test_not_from_one_seed(self):
        plan = make_plan(PAIR, seeds=[0])
        assert bold(table_of(plan, results({"a": (0.1,), "b": (0.9,)}))) == []

    def test_the_reference_if_all_others_are_worse(self):
        worse = {"a": (0.80, 0.81, 0.79), "b": (0.70, 0.712, 0.693)}
        assert bold(table_of(make_plan(PAIR), results(worse))) == ["80.00 ± 1.00"]

    def test_not_a_tie(self):
        plan, found = cumulative()
        assert bold(table_of(plan, found)) == []


class TestMissing:
    def test_nothing_run(self):
        table = table_of(make_plan(PAIR), ResultSet("basenet", ()))
        assert column(table, "seeds") == ["0/3", "0/3"]
        assert column(table, "verdict") == ["-", "-"]
        assert table.footer[0] == "No run has finished yet."
        assert "parameters" not in table.columns

    def test_reasons_are_numbered_notes(self):
        lost = [unfinished("b", seed, Status.FAILED, "out of memory") for seed in (1, 2)]
        found = ResultSet("basenet", (*results({"b": (0.9,)}), *lost))
        table = table_of(make_plan(PAIR), found)
        assert column(table, "seeds") == ["0/3", "1/3 (2 failed [1])"]
        assert table.footer[-1] == "[1] failed: out of memory (b, seeds 1, 2)"

    def test_equal_reasons_share_a_number_and_long_lists_end(self):
        rows = [RowDraft(f"r{index}", {"model.dropout": index / 10}, None) for index in range(9)]
        lost = [unfinished(row.label, 0, Status.FAILED, "no disk space") for row in rows]
        table = table_of(make_plan(rows, seeds=[0]), ResultSet("basenet", tuple(lost)))
        assert set(column(table, "seeds")) == {"0/1 (1 failed [1])"}
        assert table.footer[-1].endswith("r5, seed 0; 3 more rows)")

    def test_reasons_without_text_need_no_note(self):
        found = ResultSet("basenet", (unfinished("a", 0, Status.RUNNING),))
        assert column(table_of(make_plan(PAIR), found), "seeds")[0] == "0/3 (1 running)"


class TestFooter:
    def footer(self, plan=None, found=None):
        return "\n".join(table_of(plan or make_plan(PAIR), found or results(BETTER)).footer)

    def test_checkpoint(self):
        assert "Checkpoint: last" in self.footer()
        best = {"checkpoint": "best"}
        assert "optimistic" in self.footer(make_plan(PAIR, train=best))
        on_test = make_plan(PAIR, train=best, primary="test/accuracy")
        found = results(BETTER, metric="test/accuracy")
        assert "epoch with the best val/accuracy" in self.footer(on_test, found)
        assert "optimistic" not in self.footer(on_test, found)

    def test_checkpoints_that_differ_between_rows(self):
        plan = make_plan(PAIR)
        condition = plan.conditions["key b"]
        train = condition.config.train.model_copy(update={"checkpoint": "best", "epochs": 10})
        changed = condition.config.model_copy(update={"train": train})
        conditions = {**plan.conditions, "key b": replace(condition, config=changed)}
        footer = self.footer(replace(plan, conditions=conditions))
        assert "Best epoch chosen on the reported split: optimistic (rows with" in footer
        assert "Training: 10 to 20 epochs." in footer

    def test_devices_only_where_they_differ(self):
        assert "Devices" not in self.footer()
        mixed = ResultSet("s", (*results(BETTER).trials[1:], finished("a", 0, 0.8, device="cuda")))
        assert "Devices differ between runs (cpu, cuda)" in self.footer(found=mixed)

    def test_data_that_changed_between_runs(self):
        assert "changed" not in self.footer()
        found = ResultSet(
            "s", (*results(BETTER).trials[1:], finished("a", 0, 0.8, fingerprint="g"))
        )
        assert "The data set changed between runs" in self.footer(found=found)

    def test_a_row_without_effect(self):
        same = results({"a": BETTER["a"], "b": BETTER["a"]})
        assert '"b" has no effect on the result: exactly the same numbers as "a"' in self.footer(
            found=same
        )

    def test_equal_accuracies_alone_are_an_effect(self):
        first = results({"a": BETTER["a"]}, metrics={"val/loss": 0.5})
        second = results({"b": BETTER["a"]}, metrics={"val/loss": 0.6})
        assert "no effect" not in self.footer(found=ResultSet("s", (*first, *second)))

    def test_too_few_seeds_are_no_proof_of_no_effect(self):
        found = results({"a": (0.8, 0.81), "b": (0.8, 0.81)})
        assert "no effect" not in self.footer(found=found)

    def test_min_effect(self):
        plan = make_plan(PAIR, min_effect=0.2)
        assert column(table_of(plan, results(BETTER)), "verdict")[1] == "too small to matter"
        assert "too small to matter: the whole interval lies within ±20.00." in self.footer(plan)

    def test_ten_seeds_are_cross_checked(self):
        plan = make_plan(PAIR, seeds=range(10))
        values = {
            "a": [0.8 + index / 1000 for index in range(10)],
            "b": [0.81 + index**2 / 9000 for index in range(10)],
        }
        footer = self.footer(plan, results(values))
        assert "exact sign-flip test, p without correction: b 0.00195." in footer
        assert "over seeds 0 to 9." in footer


class TestSeedsGuide:
    def footer(self, values, **options):
        plan = make_plan(PAIR, seeds=range(len(values["a"])), **options)
        return [
            line for line in table_of(plan, results(values)).footer if "Seeds needed in all" in line
        ]

    def test_rows_that_cannot_be_told_apart_are_named_with_the_seeds_they_need(self):
        (line,) = self.footer({"a": (0.80, 0.81, 0.79), "b": (0.81, 0.829, 0.794)})
        assert "80 % chance of a verdict, if" in line
        assert "rough guide" in line
        assert "b (+1.10) about 6. --set seeds=6 adds the missing ones" in line

    def test_a_difference_near_nothing_needs_more_than_anyone_has(self):
        (line,) = self.footer({"a": (0.80, 0.81, 0.79), "b": (0.801, 0.809, 0.7901)})
        assert line.endswith("b (+0.00) more than 50.")

    def test_clear_verdicts_and_single_seeds_need_no_guide(self):
        assert self.footer(BETTER) == []
        assert self.footer({"a": (0.8,), "b": (0.9,)}) == []

    def test_more_comparisons_ask_for_more_seeds(self):
        rows = [*PAIR, RowDraft("c", {"model.dropout": 0.6}, "a")]
        values = {"a": (0.80, 0.81, 0.79), "b": (0.81, 0.829, 0.794), "c": (0.9, 0.912, 0.893)}
        footer = " ".join(table_of(make_plan(rows), results(values)).footer)
        assert "b (+1.10) about 8. --set seeds=8" in footer

    def test_seeds_of_ones_own_are_not_replaced_by_a_count(self):
        plan = make_plan(PAIR, seeds=[3, 5, 9])
        values = {"a": (0.80, 0.81, 0.79), "b": (0.81, 0.829, 0.794)}
        found = ResultSet(
            "s",
            tuple(
                finished(label, seed, value)
                for label, row in values.items()
                for seed, value in zip((3, 5, 9), row, strict=True)
            ),
        )
        footer = " ".join(table_of(plan, found).footer)
        assert "b (+1.10) about 6." in footer
        assert "--set" not in footer

    def test_of_many_rows_those_that_need_the_fewest_are_named(self):
        rows = [PAIR[0], *(RowDraft(f"r{i}", {"model.dropout": i / 10}, "a") for i in range(9))]
        noise = (0.0, 0.02, -0.01)
        values = {"a": (0.80, 0.81, 0.79)} | {
            f"r{i}": [0.8 + x + n * 2 for x, n in zip((0.0, 0.01, -0.01), noise, strict=True)]
            for i in range(9)
        }
        values["r8"] = [0.83, 0.846, 0.811]
        (line,) = [
            text
            for text in table_of(make_plan(rows), results(values)).footer
            if "Seeds needed in all" in text
        ]
        assert "r8 (+" in line
        assert "r7" not in line
        assert "; 3 rows more than these." in line


class TestPruned:
    def table(self, *trials, pruner=True, reference="a"):
        plan = make_plan([PAIR[0], RowDraft("b", {"model.dropout": 0.5}, reference)])
        (ablation,) = plan.ablations
        if pruner:
            plan = replace(plan, ablations=(replace(ablation, pruner=Named(name="median")),))
        return table_of(plan, ResultSet("s", (*results({"a": BETTER["a"]}), *trials)))

    def test_a_pruned_row_has_no_mean_and_no_verdict(self):
        ended = unfinished("b", 0, Status.PRUNED, "pruned after epoch 3 of 20")
        table = self.table(ended)
        assert column(table, "seeds")[1] == "0/3 (1 pruned [1])"
        assert column(table, "val/accuracy")[1] == "-"
        assert column(table, "verdict")[1] == "pruned"
        note = "[1] pruned after epoch 3 of 20 (b, seed 0, hence not run: seeds 1, 2)"
        assert table.footer[-1] == note
        assert table.records[2].verdict == "pruned"

    def test_seeds_that_finished_before_are_not_averaged(self):
        ended = unfinished("b", 1, Status.PRUNED, "pruned after seed 1 of 3")
        table = self.table(finished("b", 0, 0.99), ended)
        assert column(table, "val/accuracy")[1] == "-"
        assert column(table, "parameters")[1] == "-"
        assert column(table, "seeds")[1] == "0/3 (1 left out [1], 1 pruned [2])"

    @pytest.mark.parametrize("options", [{"pruner": False}, {"reference": None}])
    def test_where_nothing_may_be_pruned_it_still_has_to_run(self, options):
        table = self.table(unfinished("b", 0, Status.PRUNED, "x"), **options)
        assert column(table, "seeds")[1] == "0/3"
        assert column(table, "verdict")[1] in ("-", "reference")


class TestSharedDevice:
    def table(self, *shared):
        found = ResultSet(
            "s",
            tuple(
                replace(trial, shared_device=count)
                for trial, count in zip(results(BETTER), shared, strict=True)
            ),
        )
        return table_of(make_plan(PAIR), found, measured=True)

    def test_rows_that_shared_are_marked_where_others_did_not(self):
        table = self.table(1, 1, 1, 2, 2, 2)
        assert column(table, "time/trial") == ["1:02 min", "1:02 min [1]"]
        assert table.footer[-1] == (
            "[1] measured with 2 trials side by side on one device: "
            "not comparable with other times (b)"
        )

    def test_one_sentence_where_all_shared_alike(self):
        table = self.table(*[2] * 6)
        assert column(table, "time/trial") == ["1:02 min", "1:02 min"]
        assert "time/trial: measured with 2 trials side by side on one device." in table.footer

    def test_nothing_is_said_without_times_or_sharing(self):
        assert "side by side" not in " ".join(self.table(*[1] * 6).footer)
        plan = make_plan(PAIR)
        shared = ResultSet("s", tuple(replace(t, shared_device=2) for t in results(BETTER)))
        assert "side by side" not in " ".join(table_of(plan, shared).footer)


def test_time_is_shown_only_on_request():
    plan, found = make_plan(PAIR), results(BETTER)
    assert "time/trial" not in table_of(plan, found).columns
    assert column(table_of(plan, found, measured=True), "time/trial") == ["1:02 min", "1:02 min"]


def test_measured_times_change_no_byte():
    slow = results(BETTER, measured={"duration_s": 9e9}, start_ms=7, run_id="x")
    plan = make_plan(PAIR)
    assert study_report(plan, slow) == study_report(plan, results(BETTER))


@settings(max_examples=30)
@given(st.lists(st.tuples(*[st.integers(0, 10_000)] * 2), min_size=2, max_size=5))
def test_markdown_and_csv_hold_the_same_numbers(counts):
    values = {
        label: [pair[index] / 10_000 for pair in counts] for index, label in enumerate(("a", "b"))
    }
    plan = make_plan(PAIR, seeds=range(len(counts)))
    table = table_of(plan, results(values))
    lines = [
        line
        for line in csv.DictReader(io.StringIO(render_csv([table])))
        if line["metric"] == "val/accuracy"
    ]
    shown = column(table, "val/accuracy")
    for line, text in zip(lines, shown, strict=True):
        mean, std = (float(part) for part in text.split(" ± "))
        assert mean == pytest.approx(100 * float(line["mean"]), abs=0.00501)
        assert std == pytest.approx(100 * float(line["std"]), abs=0.00501)
    delta = column(table, "delta to a")[1].split(" [")[0]
    assert float(delta) == pytest.approx(100 * float(lines[1]["delta"]), abs=0.00501)
    assert column(table, "verdict")[1].split(" [")[0] == lines[1]["verdict"]


def test_deltas_come_from_unrounded_values():
    values = {"a": (0.80004, 0.70004), "b": (0.80006, 0.70008)}
    table = table_of(make_plan(PAIR, seeds=[0, 1]), results(values))
    assert column(table, "val/accuracy") == ["75.00 ± 7.07", "75.01 ± 7.07"]
    assert column(table, "delta")[1].startswith("+0.00 ")


def test_cells_keep_unrounded_numbers():
    table = table_of(make_plan(PAIR), results({"a": (1 / 3, 1 / 3, 1 / 3)}))
    cell = table.rows[0][2]
    assert isinstance(cell, MeanStd)
    assert cell.summary.mean == 1 / 3
    assert isinstance(table.rows[0][0], Text)
