"""Designs: how the rows of an ablation arise."""

from ablate.registry import Table

TABLE = Table(
    "design",
    {
        "cumulative": "ablate.plan.designs.cumulative:Cumulative",
        "grid": "ablate.plan.designs.grid:Grid",
        "leave-one-out": "ablate.plan.designs.leave_one_out:LeaveOneOut",
        "one-factor": "ablate.plan.designs.one_factor:OneFactor",
        "search": "ablate.plan.designs.search:Search",
        "variants": "ablate.plan.designs.variants:Variants",
    },
)
