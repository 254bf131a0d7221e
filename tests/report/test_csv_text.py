from __future__ import annotations

import csv
import io

import pytest

from ablate.report import ablation_table, render_csv, study_tables

from .cases import cumulative, failed_seed, hostile_names


def lines_of(plan, results):
    return list(csv.DictReader(io.StringIO(render_csv(study_tables(plan, results)))))


def test_the_header():
    assert render_csv([]) == (
        "ablation,row,metric,seeds,n,mean,std,delta,low,high,p,p_holm,verdict,text,"
        "noise_low,noise_high,noise_p\n"
    )


def test_numbers_are_not_rounded_to_what_the_table_shows():
    line = lines_of(*cumulative())[3]
    assert (line["row"], line["metric"]) == ("Batch norm", "val/accuracy")
    assert float(line["p"]) == pytest.approx(0.01606530194334511, rel=1e-11)
    assert float(line["low"]) == pytest.approx(0.0040317245764993435, rel=1e-11)


def test_only_the_primary_metric_is_tested():
    tested = {line["metric"] for line in lines_of(*cumulative()) if line["p"]}
    assert tested == {"val/accuracy"}


def test_missing_values_are_empty_fields():
    plan, results = failed_seed()
    line = next(line for line in lines_of(plan, results) if line["row"] == "C")
    assert (line["seeds"], line["n"], line["mean"], line["verdict"]) == ("3", "0", "", "")


def test_any_name_survives():
    plan, results = hostile_names()
    rows = {line["row"] for line in lines_of(plan, results)}
    assert rows == {row.label for row in plan.ablations[0].rows}


def test_time_is_there_only_on_request():
    plan, results = cumulative()
    for measured in (False, True):
        table = ablation_table(plan, plan.ablations[0], results, measured=measured)
        assert ("duration_s" in render_csv([table])) is measured
