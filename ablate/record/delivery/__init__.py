"""Records brought from the local store to a tracking server, by a pass or by a process beside a run."""

from ablate.record.delivery.deliverer import Deliverer
from ablate.record.delivery.one_pass import deliver
from ablate.record.delivery.report import DeliveryReport, DeliveryState

__all__ = ["Deliverer", "DeliveryReport", "DeliveryState", "deliver"]
