"""``python -m ablate.record.delivery``: the process beside a run; :class:`Deliverer` starts it."""

from ablate.record.delivery.process import main

main()
