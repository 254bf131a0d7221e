"""The command line: parse, call, print. Exit codes are listed in :mod:`ablate.cli.app`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; errors that a user can cause are printed without a traceback."""
    from ablate.cli.app import app
    from ablate.cli.printing import print_error
    from ablate.errors import AblateError

    try:
        app()
    except AblateError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        print_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
