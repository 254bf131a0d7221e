"""What takes the place of a plugin's member while a study is read: its fields, and none of its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, create_model
from pydantic_core import SchemaError

from ablate.results import MetricInfo
from ablate.spec.options import NotIdentity, Options, PluginFile
from ablate.spec.plugins.bases import SECTIONS
from ablate.spec.plugins.scan import Declared


class StandIn(Options):
    """Options of a member whose code only a trial's own process executes: nothing can be built of them here."""


class _Open(StandIn):
    """A stand-in that accepts any key, because not all of them can be seen."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredMetric(MetricInfo):
    """A metric that trials compute with the code of ``files``."""

    files: tuple[PluginFile, ...]


def stand_in(declared: Declared, files: tuple[PluginFile, ...]) -> Any:
    """A class of options, or the description of a metric, for what ``files`` register.

    Raises:
        ValueError: a field has rules that contradict themselves.
    """
    if declared.kind == "metric":
        return _metric(declared, files)
    fields: dict[str, Any] = dict(declared.fields)
    if declared.kind == "data set" and "path" in fields:
        kind, default = fields["path"]
        fields["path"] = (Annotated[kind, NotIdentity()], default)  # what lies there is hashed
    try:
        made = _create(declared, fields)
    except SchemaError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ValueError(f"{declared.definition} has a field that nothing fits: {reason}") from None
    made.__plugin_files__ = files
    return made


def _create(declared: Declared, fields: Mapping[str, Any]) -> Any:
    return create_model(
        declared.definition,
        __base__=(SECTIONS[declared.kind], _Open if declared.is_open else StandIn),
        __module__=__name__,
        __doc__=declared.documentation,
        **fields,
    )


def _metric(declared: Declared, files: tuple[PluginFile, ...]) -> DeclaredMetric:
    info = {"title": declared.name, "description": declared.documentation, **declared.info}
    return DeclaredMetric(name=declared.name, files=files, **info)
