"""``ablate list``: the members of every kind, and the options of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic.fields import FieldInfo

from ablate.errors import UsageError, did_you_mean
from ablate.registry import TABLES, Table, UnknownName, table
from ablate.results import MetricInfo
from ablate.spec.member import Member
from ablate.spec.options import Options
from ablate.spec.text import show_value

#: What a person may write for each kind.
_PLURALS = {kind: f"{kind}es" if kind.endswith("s") else f"{kind}s" for kind in TABLES}
_WORDS = {
    "data": "data set",
    **{word: kind for kind, word in _PLURALS.items()},
    **{k: k for k in TABLES},
}


def listing(kind: str | None, name: str | None) -> str:
    """All kinds with a few names each; the names of one kind; or the options of one member.

    Raises:
        UsageError: no such kind, or no name that contains ``name``.
    """
    if kind is None:
        return "\n".join(_overview())
    if kind not in _WORDS:
        hint = did_you_mean(kind, ("data", *_PLURALS.values()))
        raise UsageError(f"no kind of member is called {kind!r}. {hint}")
    members = table(_WORDS[kind])
    if name is None:
        return "\n".join(members.names())
    return _member_or_matches(members, name)


def _overview() -> Iterator[str]:
    for kind in TABLES:
        members = table(kind)
        names = [*members.own_names()]
        for prefix, family in members.families().items():
            known = family.names()
            names += [f"{prefix}NAME ({len(known)} of them)"] if prefix else known
        yield f"{_PLURALS[kind] + ':':<16} {', '.join(names)}"
    yield "\n'ablate list models' prints all names of a kind, 'ablate list models basenet' the options of one."


def _member_or_matches(members: Table, name: str) -> str:
    try:
        return "\n".join(_options(name, members.get(name)))
    except UnknownName as error:
        matches = [known for known in members.names() if name in known]
        if not matches:
            raise UsageError(str(error)) from None
        return "\n".join(matches)


def _options(name: str, member: Any) -> Iterator[str]:
    if isinstance(member, MetricInfo):
        yield f"{name}: {member.title}. {member.description}"
        return
    yield f"{name}: {(member.__doc__ or '').strip()}"
    yield ""
    if isinstance(member, type) and issubclass(member, Options):
        for field, info in member.model_fields.items():
            default = "required" if info.is_required() else show_value(_default(info))
            kind = _type_text(info.annotation)
            yield f"  {field} ({kind}; {default})"
            if info.description:
                yield f"      {info.description}"


def _default(info: FieldInfo) -> Any:
    """The value a field has when nothing else is written either."""
    return info.get_default(call_default_factory=True, validated_data={})


def _type_text(annotation: Any) -> str:
    if annotation is type(None):
        return "null"
    marks = getattr(annotation, "__metadata__", ())
    if marks:
        member = next((mark for mark in marks if isinstance(mark, Member)), None)
        return member.kind if member is not None else _type_text(get_args(annotation)[0])
    arguments = get_args(annotation)
    if not arguments:
        return annotation.__name__ if isinstance(annotation, type) else show_value(annotation)
    origin = getattr(annotation, "__origin__", None)
    if origin is tuple:
        return "list of " + _type_text(arguments[0])
    if origin is dict:
        return "mapping"
    return " or ".join(dict.fromkeys(_type_text(item) for item in arguments))
