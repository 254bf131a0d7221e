"""A study file, compiled by the planner, to its report."""

from __future__ import annotations

import pytest

from ablate.plan.compile import compile_plan
from ablate.report import render_csv, render_markdown, study_report, study_tables
from ablate.results import ResultSet, Status, TrialResult
from ablate.spec.study import read_draft

STUDY = """\
study: small
description: Which part earns its place?
task: classification
data: {name: digits}
model: {name: basenet}
optimizer: {name: adam, lr: 1e-3}
train: {epochs: 1}
primary: val/accuracy
seeds: 2
ablations:
  ladder:
    design: cumulative
    description: Step by step.
    rows:
      Batch norm: {model.batch_norm: true}
      Wide: {model.hidden: [96]}
  grid:
    design: grid
    factors: {model.dropout: [0, 0.5], optimizer.lr: [1e-3, 1e-4]}
  named:
    design: grid
    factors: {size: {small: {model.hidden: [8]}, large: {model.hidden: [64]}}}
  sweep:
    design: one-factor
    factors: {optimizer.lr: [1e-2, 1e-4]}
  parts:
    design: leave-one-out
    rows:
      Batch norm: {model.batch_norm: true}
      Wide: {model.hidden: [96]}
"""


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(STUDY)
    return compile_plan(read_draft(file))


def results_of(plan):
    return ResultSet(
        plan.study,
        tuple(
            TrialResult(
                f"{trial.condition} {trial.seed}",
                trial.condition,
                trial.seed,
                Status.FINISHED,
                metrics={"val/accuracy": 0.8 + trial.seed / 100, "val/accuracy/3": 0.5},
            )
            for trial in plan.trials
        ),
    )


def test_each_ablation_is_a_section_with_its_classes(plan):
    report = study_report(plan, results_of(plan))
    headings = [line for line in report.splitlines() if line.startswith("#")]
    assert headings[:3] == [
        "# small",
        "## ladder (cumulative)",
        "### ladder: val/accuracy per class",
    ]
    assert [line for line in headings if "grid" in line] == [
        "## grid (grid)",
        "### grid: model.dropout × optimizer.lr",
        "### grid: effects",
        "### grid: val/accuracy per class",
        "## named (grid)",
    ]
    assert [line.endswith("per class") for line in headings].count(True) == len(plan.ablations)
    assert "Which part earns its place?" in report
    assert "Step by step." in report


def test_the_first_columns_name_the_rows(plan):
    tables = study_tables(plan, results_of(plan))
    first = {table.title: table.columns[:2] for table in tables if table.level == 2}
    assert first == {
        "ladder (cumulative)": ("variant", "Batch norm"),
        "grid (grid)": ("model.dropout", "optimizer.lr"),
        "named (grid)": ("variant", "seeds"),
        "sweep (one-factor)": ("optimizer.lr", "seeds"),
        "parts (leave-one-out)": ("variant", "Batch norm"),
    }


def test_the_report_is_the_tables_under_a_title(plan):
    results = results_of(plan)
    report = study_report(plan, results)
    assert report.endswith(render_markdown(study_tables(plan, results)))
    assert render_csv(study_tables(plan, results)).count("\nladder,") == 3 * 2


def test_leave_one_out_is_compared_with_everything_on(plan):
    (table,) = [t for t in study_tables(plan, results_of(plan)) if t.title.startswith("parts (")]
    assert "cost of removing [95 % CI]" in table.columns
