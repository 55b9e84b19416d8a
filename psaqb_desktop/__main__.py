"""Entry points: the window (``psaqb-desktop``) and the command line (``psaqb``).

Reads arguments and hands over; nothing else. The window's program also runs, in processes of
their own, the sign-in browser (``--oauth-window``) and the practice services
(``--practice-serve``), so that the packaged program needs no Python beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from psaqb_desktop import __version__

if TYPE_CHECKING:
    import argparse

    from psaqb_desktop.bootstrap import Office


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the window, or one of its helper processes."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--oauth-window"]:
        from psaqb_desktop.ui.connect.browser_process import run_browser_window  # noqa: PLC0415

        return run_browser_window(given[1:])
    if given[:1] == ["--practice-serve"]:
        from psaqb_desktop.practice.__main__ import main as serve  # noqa: PLC0415

        return serve(given[1:])
    if not given:
        # As a rule. Reading arguments takes longer than one would think.
        from psaqb_desktop.window import open_window  # noqa: PLC0415

        return open_window()
    options = _read(given)
    if options.self_check:
        from psaqb_desktop.self_check import run_self_check  # noqa: PLC0415

        return run_self_check()
    from psaqb_desktop.window import open_window  # noqa: PLC0415

    return open_window(
        data_dir=options.data_dir, environment=options.environment, is_practice=options.practice
    )


def console(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the command line."""
    from psaqb_desktop.bootstrap import open_log, open_office  # noqa: PLC0415
    from psaqb_desktop.cli.main import run  # noqa: PLC0415

    def open_logged(data_dir: Path | None) -> Office:
        office = open_office(data_dir)
        open_log(office.paths)
        return office

    return run(list(sys.argv[1:] if arguments is None else arguments), open_logged)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    import argparse  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="psaqb-desktop",
        description="Post Dynamics 365 PSA invoices to QuickBooks Online and bring payments back.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"PSAQB Desktop {__version__}")
    parser.add_argument("--environment", default="", help="which environment to open")
    parser.add_argument("--practice", action="store_true", help="open the practice company")
    parser.add_argument("--data-dir", type=Path, default=None, help="keep all files under here")
    parser.add_argument("--self-check", action="store_true", help="load every part and leave")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
