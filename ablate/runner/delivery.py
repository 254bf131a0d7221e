"""Delivery of a study's records to a tracking server after the fact."""

from __future__ import annotations

from ablate.record.delivery import DeliveryReport, deliver
from ablate.runner.study import Study


def sync(study: Study, uri: str) -> DeliveryReport:
    """Bring to a tracking server whatever it lacks of a study's records; may be repeated at any time.

    Raises:
        UsageError: the address is not one of a tracking server.
        RecordError: the local store cannot be used. What the server does is in the report.
    """
    return deliver(study.store, study.plan.study, uri)
