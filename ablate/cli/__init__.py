"""The command line: parse, call, print. Exit codes are listed in :mod:`ablate.cli.app`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable


def main() -> None:
    """Run the command line; errors that a user can cause are printed without a traceback."""
    from ablate.cli.app import app
    from ablate.cli.printing import print_error
    from ablate.errors import AblateError

    try:
        _run(app)
    except AblateError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        print_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _run(app: Callable[[], None]) -> None:
    try:
        app()
    finally:
        # the interpreter's last garbage collections walk every object of every library: a second for nothing
        gc.freeze()
