from __future__ import annotations

from collections.abc import Callable

import pytest

from ablate.errors import DataError, StudyError
from ablate.runner.study import Study
from ablate.runner.tables import table

PARTS = """
  parts: {design: leave-one-out, rows: {A: {model.batch_norm: true}, B: {model.dropout: 0.5}}}
"""


def test_a_study_without_its_baseline_has_a_table(study_of: Callable[..., Study]) -> None:
    text = table(study_of(PARTS))
    assert "everything on" in text
    assert "without A" in text
    assert "0/2" in text
    assert "parts,everything on" in table(study_of(PARTS), "csv")


def test_rows_cannot_change_the_primary_metric(study_of: Callable[..., Study]) -> None:
    with pytest.raises(StudyError, match="unknown field 'primary'"):
        study_of("  v: {design: variants, rows: {A: {primary: val/macro_f1}}}")


def test_a_table_needs_no_weight_files(study_of: Callable[..., Study]) -> None:
    study = study_of(
        "  v: {design: variants, rows: {A: {model: {name: timm/resnet18, weights: no.pt}}}}"
    )
    with pytest.raises(DataError, match=r"no\.pt, which model\.weights names: No such file"):
        study.missing()
    assert "0/2" in table(study)
    assert not study.is_done()
