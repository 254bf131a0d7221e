"""Rows in their final order: the reference first, and a row that equals the baseline merged with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ablate.plan.designs.base import BASELINE, RowSpec
from ablate.plan.types import Row


def arrange_rows(
    specs: Sequence[RowSpec], keys: Mapping[str, str], baseline: str, reference: str | None
) -> tuple[tuple[Row, ...], list[str]]:
    """The rows of an ablation, and remarks on rows that cannot tell anything.

    Args:
        specs: the rows of the design, its reference first.
        keys: label to condition key, of the rows whose configuration is known; the others are left out.
        baseline: the condition key of the row that others may turn out to equal.
        reference: the row that the study names as reference, if any.
    """
    known = [spec for spec in specs if spec.label in keys]
    renamed = _baseline_label(known, keys, baseline)
    kept = [spec for spec in known if spec.label == renamed or keys[spec.label] != baseline]
    names = {
        spec.label: renamed if keys.get(spec.label) == baseline else spec.label for spec in specs
    }
    rows = [_row(spec, keys, names, reference) for spec in kept]
    rows.sort(key=lambda row: row.reference is not None)
    return tuple(rows), _remarks(known, keys, names, baseline, reference)


def _baseline_label(specs: Sequence[RowSpec], keys: Mapping[str, str], baseline: str) -> str:
    equal = [spec.label for spec in specs if keys[spec.label] == baseline]
    own = [label for label in equal if label != BASELINE]
    return own[0] if len(own) == 1 else BASELINE


def _row(
    spec: RowSpec, keys: Mapping[str, str], names: Mapping[str, str], reference: str | None
) -> Row:
    label = names[spec.label]
    wanted = names.get(reference or "", None) or names.get(spec.reference or "", None)
    previous = names.get(spec.previous or "", None)
    return Row(
        label,
        keys[spec.label],
        None if wanted == label else wanted,
        None if previous == label else previous,
        spec.levels,
    )


def _remarks(
    specs: Sequence[RowSpec],
    keys: Mapping[str, str],
    names: Mapping[str, str],
    baseline: str,
    reference: str | None,
) -> list[str]:
    first: dict[str, str] = {}
    remarks = []
    for spec in specs:
        key = keys[spec.label]
        if key == baseline and spec.must_differ and spec.label != reference:
            remarks.append(f"'{spec.label}' changes nothing: the baseline has these values already")
        elif key in first and key != baseline:
            remarks.append(
                f"'{names[spec.label]}' and '{first[key]}' are the same configuration: they run once"
            )
        first.setdefault(key, names[spec.label])
    return remarks
