"""The command line: parse, call, print. Exit codes are listed in :mod:`ablate.cli.app`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; errors that a user can cause are printed without a traceback."""
    _leave(_exit_code())


def _exit_code() -> int:
    from ablate.cli.app import app
    from ablate.cli.printing import print_error
    from ablate.errors import AblateError

    try:
        app()
    except AblateError as error:
        print_error(error)
        return error.exit_code
    except OSError as error:
        print_error(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _leave(code: int) -> NoReturn:
    """Leave without taking every library apart, which takes a second after MLflow was used.

    Everything of ours is on disk by now, and the kernel lets go of locks.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or 1
    os._exit(code)
