"""Plugins of a study: read as text while it is planned, executed only in the processes of its trials."""

from __future__ import annotations

from ablate.spec.plugins.listed import Plugins, read_plugins, used_files
from ablate.spec.plugins.scan import Declared, Scan, scan
from ablate.spec.plugins.stand_in import StandIn

__all__ = ["Declared", "Plugins", "Scan", "StandIn", "read_plugins", "scan", "used_files"]
