"""What a trial *is*: a hash of everything that can change its result, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ablate.files import hash_file, hash_value
from ablate.spec.config import Config
from ablate.spec.options import identity_tree

#: Raised when the meaning of a configuration changes, so that old results are not taken for new ones.
VERSION = 1


def condition_key(config: Config) -> str:
    """The hash of a resolved configuration, the same for each of its seeds.

    The primary metric counts only where it steers training (early stopping, ``checkpoint: best``, a plateau
    schedule); otherwise choosing another one to report does not train anything again.
    """
    tree = dict(identity_tree(config))
    del tree["primary"]
    if config.monitors:
        tree["monitored"] = (config.primary.monitored, config.primary.maximize)
    training = config.training
    if training is not None and training.spaces_that_count:
        tree["label_spaces"] = training.spaces_that_count
    if training is not None and training.groups is not None:
        tree["classes"] = list(training.groups)  # mappings are hashed without their order
    if training is not None and training.upstream is not None:
        stage = training.upstream
        tree["upstream"] = {"condition": condition_key(stage.config), "shared": stage.shared}
    return hash_value({"version": VERSION, "config": tree})


def trial_identity(
    condition: str,
    seed: int,
    fingerprint: str,
    files: Iterable[Path] = (),
    code: Mapping[str, str] | None = None,
    upstream: str = "",
) -> str:
    """The identity of a trial.

    Args:
        condition: the key of its condition.
        seed: the replicate.
        fingerprint: of the data set, by content.
        files: weight files and the like that the configuration names; their bytes count, not their paths.
        code: name to hash of the bytes of each file of a script; left out where there is none.
        upstream: the identity of the trial that it starts from; left out where there is none.

    >>> trial_identity("c", 0, "d") == trial_identity("c", 0, "d")
    True
    >>> trial_identity("c", 0, "d") == trial_identity("c", 1, "d")
    False
    """
    contents = [hash_file(path) for path in files]
    parts = {"condition": condition, "seed": seed, "data": fingerprint, "files": contents}
    further: dict[str, object] = {"code": dict(code)} if code else {}
    if upstream:
        further["upstream"] = upstream
    return hash_value({**parts, **further})
