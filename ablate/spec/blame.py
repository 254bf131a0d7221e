"""Which override is to blame for a mistake in a configuration that it changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ablate.spec.yaml_file import KeyPath, show_path

Mistake = tuple[KeyPath, str, str]


def blame(
    mistakes: Iterable[Mistake],
    known: Collection[Mistake],
    origins: Mapping[str, KeyPath],
    fallback: KeyPath,
) -> list[Mistake]:
    """The mistakes that are new, each at the place in the file that caused it.

    ``known``: the mistakes of the baseline, reported already. ``origins``: dotted field to the key path of the override
    that set it. A mistake that no single override touches is put at ``fallback`` and names its field.

    >>> blame([(("model", "channls"), "unknown key", "")], [], {"model.channls": ("rows", "a")}, ())
    [(('rows', 'a'), 'unknown key', '')]
    """
    found = []
    for mistake in mistakes:
        if mistake in known:
            continue
        path, message, remedy = mistake
        origin = _origin(path, origins)
        if origin is None:
            found.append((fallback, f"{show_path(path)} {message}", remedy))
        else:
            found.append((origin, message, remedy))
    return found


def _origin(path: KeyPath, origins: Mapping[str, KeyPath]) -> KeyPath | None:
    for field, origin in origins.items():
        keys = tuple(field.split("."))
        shared = min(len(keys), len(path))
        if keys[:shared] == tuple(str(key) for key in path[:shared]):
            return (*origin, *path[len(keys) :])
    return None
