"""Studies of segmentation whose report and CSV are kept as golden files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ablate.results import ResultSet, TrialResult
from ablate.spec.columns import ClassMetrics, Detail, Layout, TableColumn
from ablate.tasks.segmentation import Segmentation

from .search_cases import Kept
from .studies import Data, RowDraft, finished, make_plan

STREET = ("sky", "building", "road", "pavement", "car", "pedestrian")
COARSE = {
    "scene": ("sky", "building"),
    "ground": ("road", "pavement"),
    "moving": ("car", "pedestrian"),
}
LAND = ("urban", "agriculture", "rangeland", "forest", "water", "barren")
OBJECTS = ("background", "animal", "vehicle", "person")

#: Class to value at seed 0; nan where a class occurs neither in truth nor in prediction.
Values = Mapping[str, float]


def layout(
    columns: Sequence[str] = (), per_class: Sequence[str] = (), details: Sequence[str] = ()
) -> Layout:
    return Layout(
        tuple(map(TableColumn.model_validate, columns)),
        tuple(map(ClassMetrics.model_validate, per_class)),
        tuple(map(Detail.model_validate, details)),
    )


def scores(
    values: Values, *, space: str = "", split: str = "val", seed: int = 0
) -> dict[str, float]:
    """What is recorded of a split in one label space: IoU of each class, their mean, pixel accuracy."""
    at = f"@{space}" if space else ""
    shifted = {name: value + seed / 100 for name, value in values.items()}
    mean = sum(shifted.values()) / len(shifted)
    return {
        f"{split}/miou{at}": mean,
        f"{split}/pixel_accuracy{at}": (1 + mean) / 2,
        **{f"{split}/iou{at}/{name}": value for name, value in shifted.items()},
    }


def trial(
    label: str, seed: int, classes: Sequence[str], *parts: Mapping[str, float], **counts: int
) -> TrialResult:
    """A finished trial with these metrics; ``counts`` is how many classes its means average: ``three=3``."""
    metrics = {name: value for part in parts for name, value in part.items()}
    whole = {name: value for name, value in metrics.items() if name.count("/") == 1}
    averaged = {f"averaged_classes/val@{space}": float(n) for space, n in counts.items()}
    epochs = {f"best_epoch/{name}": 41.0 - 3 * seed for name in whole}
    return finished(
        label,
        seed,
        metrics["val/miou"],
        metric="val/miou",
        metrics=metrics,
        best={name: value + 0.01 for name, value in whole.items()},
        measured={"averaged_classes/val": float(len(parts[0]) - 2), **averaged, **epochs},
        classes=tuple(classes),
    )


SKIPS = {
    "sky": 0.90,
    "building": 0.75,
    "road": 0.92,
    "pavement": 0.70,
    "car": 0.74,
    "pedestrian": 0.0,
}
PLAIN = {
    "sky": 0.89,
    "building": 0.745,
    "road": 0.916,
    "pavement": 0.704,
    "car": 0.29,
    "pedestrian": 0.0,
}
THREE = {"scene": 0.905, "ground": 0.956, "moving": 0.618}
REDUCED = ("with skips", "without skips", "3 classes")


def _reduced_plan(primary: str, **sections: Any) -> Any:
    first, second, third = REDUCED
    rows = [
        RowDraft(first, {}, None),
        RowDraft(second, {"model.skip": ()}, first),
        RowDraft(third, {"data.classes": sections["data_classes"]}, second),
    ]
    return make_plan(
        rows,
        name="classes",
        seeds=[0, 1],
        primary=primary,
        task=Segmentation(),
        label_spaces=sections["label_spaces"],
        data=Data(name="camvid"),
    )


def _reduced_trials(*, coarse: bool) -> ResultSet:
    found = []
    for seed in (0, 1):
        for label, values, drop in (("with skips", SKIPS, 0.02), ("without skips", PLAIN, 0.03)):
            parts = [scores(values, seed=seed)]
            if coarse:
                merged = {name: value - drop + seed / 200 for name, value in THREE.items()}
                parts.append(scores(merged, space="three", seed=seed))
            found.append(trial(label, seed, STREET, *parts, **({"three": 3} if coarse else {})))
        parts = [scores(THREE, seed=seed)]
        if coarse:
            parts.append(scores(THREE, space="three", seed=seed))
        found.append(
            trial("3 classes", seed, tuple(COARSE), *parts, **({"three": 3} if coarse else {}))
        )
    return ResultSet("camvid", tuple(found))


def classes_without_space() -> Kept:
    plan = _reduced_plan("val/miou", data_classes=COARSE, label_spaces={})
    return Kept(plan, _reduced_trials(coarse=False))


def classes_beside_space() -> Kept:
    """Verdicts are about the networks' own classes; the label space stands in columns."""
    plan = _reduced_plan("val/miou", data_classes="three", label_spaces={"three": COARSE})
    columns = ["val/miou@three", "val/pixel_accuracy"]
    return Kept(plan, _reduced_trials(coarse=True), layout=layout(columns))


def classes_in_space() -> Kept:
    plan = _reduced_plan("val/miou@three", data_classes="three", label_spaces={"three": COARSE})
    return Kept(plan, _reduced_trials(coarse=True))


def space_named_later() -> Kept:
    """One trial was recorded before the label space had a name; another space is cut through."""
    spaces = {"three": COARSE, "two": {"sky": ("sky",), "rest": STREET[1:]}}
    plan = _reduced_plan("val/miou@three", data_classes="three", label_spaces=spaces)
    kept = list(_reduced_trials(coarse=True))
    kept[1] = trial("without skips", 0, STREET, scores(PLAIN))
    for index in (0, 3, 4):
        two = scores({"sky": 0.9, "rest": 0.8 + index / 100}, space="two")
        kept[index] = trial(
            kept[index].condition.removeprefix("key "),
            kept[index].seed,
            kept[index].classes,
            kept[index].metrics,
            two,
            three=3,
            two=2,
        )
    return Kept(plan, ResultSet("camvid", tuple(kept)), layout=layout(["val/miou@two"]))


def precision_and_iou() -> Kept:
    """Average precision and IoU in one cell, as the table of a learning rate."""
    labels = ("lr=0.001", "lr=1e-4", "lr=1e-5")
    rates = (0.001, 0.0001, 0.00001)
    rows = [RowDraft(labels[0], {}, None)]
    rows += [
        RowDraft(label, {"optimizer.lr": rate}, labels[0])
        for label, rate in zip(labels[1:], rates[1:], strict=True)
    ]
    plan = make_plan(
        rows,
        design="one-factor",
        name="learning-rate",
        seeds=[0],
        primary="val/miou",
        task=Segmentation(),
        label_spaces={},
        data=Data(name="coco"),
        train={"epochs": 20},
    )
    trials = []
    for label, precision, iou in zip(labels, (0.66, 0.70, 0.65), (0.44, 0.48, 0.44), strict=True):
        values = {name: iou + place / 20 for place, name in enumerate(OBJECTS)}
        ranks = {
            f"val/pixel_ap/{name}": precision + place / 20 for place, name in enumerate(OBJECTS)
        }
        both = {"val/pixel_ap": precision, "train/miou": iou + 0.1, **ranks}
        trials.append(trial(label, 0, OBJECTS, scores(values), both))
    found = layout(["val/pixel_ap / val/miou"], ["pixel_ap / iou"])
    return Kept(plan, ResultSet("coco", tuple(trials)), layout=found)


def two_networks() -> Kept:
    """The difference per class; one class occurs nowhere in one network's runs."""
    rows = [
        RowDraft("FCN32s", {}, None),
        RowDraft("FCN8s", {"model.name": "vgg16-fcn8s"}, "FCN32s"),
    ]
    plan = make_plan(
        rows,
        name="networks",
        primary="val/miou",
        task=Segmentation(),
        label_spaces={},
        data=Data(name="landcover"),
    )
    coarse = dict(zip(LAND, (0.70, 0.85, 0.30, 0.75, 0.71, 0.62), strict=True))
    fine = dict(zip(LAND, (0.73, 0.86, 0.3349, 0.77, 0.74, 0.6149), strict=True))
    missing = {name: value for name, value in coarse.items() if name != "barren"}
    trials = [
        trial(label, seed, LAND, scores(values, seed=seed * scale))
        for label, scale, found in (
            ("FCN32s", 1, (coarse, missing, coarse)),
            ("FCN8s", 2, (fine, fine, fine)),
        )
        for seed, values in enumerate(found)
    ]
    return Kept(plan, ResultSet("landcover", tuple(trials)))


def class_never_learned() -> Kept:
    """One row's groups leave out a class of the label space; average precision is not of label spaces."""
    rows = [
        RowDraft("All", {}, None),
        RowDraft("Odd", {"data.classes": {"sky": ("sky",), "rest": ("car", "building")}}, "All"),
    ]
    spaces = {"two": {"ground": ("road", "pavement"), "rest": ("sky", "building", "car")}}
    plan = make_plan(
        rows,
        name="groups",
        seeds=[0],
        primary="val/miou@two",
        task=Segmentation(),
        label_spaces=spaces,
        data=Data(name="camvid"),
    )
    ranks = {f"val/pixel_ap/{name}": 0.6 for name in STREET}
    trials = (
        trial(
            "All",
            0,
            STREET,
            scores(PLAIN),
            ranks,
            scores({"ground": 0.9, "rest": 0.8}, space="two"),
            two=2,
        ),
        trial(
            "Odd",
            0,
            ("sky", "rest"),
            scores({"sky": 0.8, "rest": 0.9}),
            scores({"ground": 0.0, "rest": 0.6}, space="two"),
            two=2,
        ),
    )
    found = layout(per_class=["iou", "pixel_ap / iou"])
    return Kept(plan, ResultSet("camvid", trials), layout=found)


SEGMENTATION_CASES: dict[str, Callable[[], Kept]] = {
    "class-never-learned": class_never_learned,
    "classes-beside-space": classes_beside_space,
    "classes-in-space": classes_in_space,
    "classes-without-space": classes_without_space,
    "precision-and-iou": precision_and_iou,
    "space-named-later": space_named_later,
    "two-networks": two_networks,
}
