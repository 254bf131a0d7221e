"""The order in which classes are written decides which output of a network is which."""

from __future__ import annotations

from ablate.plan.identity import condition_key
from ablate.spec.config import TrialConfig


def key(classes: object, spaces: dict[str, dict[str, tuple[str, ...]]] | None = None) -> str:
    return condition_key(
        TrialConfig.model_validate(
            {
                "task": "segmentation",
                "data": {"name": "shapes", "classes": classes},
                "model": {"name": "vgg16_fcn"},
                "loss": {"name": "cross_entropy"},
                "optimizer": {"name": "adam", "lr": 1e-3},
                "scheduler": {"name": "constant"},
                "primary": "val/miou",
                "label_spaces": spaces or {},
            }
        )
    )


FIGURE, GROUND = ("circle", "square"), ("background",)


def test_groups_in_another_order_are_another_configuration() -> None:
    one = key({"figure": FIGURE, "ground": GROUND})
    assert one == key({"figure": FIGURE, "ground": GROUND})
    assert one != key({"ground": GROUND, "figure": FIGURE})
    assert one != key({"thing": FIGURE, "ground": GROUND})


def test_so_are_those_of_a_named_space() -> None:
    one = key("two", {"two": {"figure": FIGURE, "ground": GROUND}})
    assert one != key("two", {"two": {"ground": GROUND, "figure": FIGURE}})


def test_spaces_that_are_only_looked_at_change_nothing() -> None:
    assert key(None) == key(None, {"two": {"figure": FIGURE, "ground": GROUND}})
