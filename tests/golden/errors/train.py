"""What the wrong studies of scripts name; only its text is read."""


def main(trial):
    """Refuse to run."""
    raise AssertionError("a check runs no script")
