"""Both packaged programs begin here; the name they are called by tells which one is wanted.

On Linux and macOS ``psaqb`` is a link to ``psaqb-desktop``, which spares a second copy of the
Python code. Child processes of the program (the sign-in window, the practice services) are
started with the program's own path, whichever of the two it was.
"""

import sys
from pathlib import PurePath

from psaqb_desktop.__main__ import console, main

CHILD_OPTIONS = frozenset({"--oauth-window", "--practice-serve", "--self-check"})


def is_console(arguments: list[str]) -> bool:
    """Tell whether the command line program is wanted."""
    return PurePath(arguments[0]).stem.lower() == "psaqb" and not (
        len(arguments) > 1 and arguments[1] in CHILD_OPTIONS
    )


if __name__ == "__main__":
    sys.exit(console() if is_console(sys.argv) else main())
