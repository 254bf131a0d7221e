"""The composition root: the only place that knows data, training, scheduling, records and reports."""
