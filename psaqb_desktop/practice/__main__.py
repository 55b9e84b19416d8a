"""``python -m psaqb_desktop.practice serve|seed|reset|stop --folder DIR``."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from psaqb_desktop.practice import server
from psaqb_desktop.practice.parent_watch import is_alive

_LOOK_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; the result is the exit code."""
    options = _parser().parse_args(arguments)
    folder = Path(options.folder).expanduser().resolve()
    if options.command == "serve":
        return _serve(folder, options)
    try:
        if options.command == "seed":
            _seed(folder, options)
        elif options.command == "reset":
            server.reset(folder)
        else:
            server.stop(folder)
    except server.PracticeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="psaqb_desktop.practice", description="Practice CRM and practice QuickBooks."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="run both services until asked to end")
    serving.add_argument("--folder", required=True)
    serving.add_argument("--crm-port", type=int, default=server.DEFAULT_CRM_PORT)
    serving.add_argument("--quickbooks-port", type=int, default=server.DEFAULT_QUICKBOOKS_PORT)
    serving.add_argument("--parent-pid", type=int, help="end when this process is gone")
    seeding = commands.add_parser("seed", help="plant the practice CRM anew, as large as wished")
    seeding.add_argument("--folder", required=True)
    seeding.add_argument("--set", choices=("small", "large", "nasty"), default="small")
    seeding.add_argument("--invoices", type=int, help="how many, instead of the set's usual number")
    seeding.add_argument("--seed", type=int, help="another number makes other invoices")
    for name, text in (("reset", "back to the first day"), ("stop", "end running services")):
        commands.add_parser(name, help=text).add_argument("--folder", required=True)
    return parser


def _seed(folder: Path, options: argparse.Namespace) -> None:
    from psaqb_desktop.practice.seeding import seed_crm  # noqa: PLC0415

    started = time.monotonic()
    count = seed_crm(folder, options.set, invoices=options.invoices, seed=options.seed)
    taken = time.monotonic() - started
    sys.stdout.write(f"Planted {count} invoices ({options.set}) in {taken:.0f} s.\n")


def _serve(folder: Path, options: argparse.Namespace) -> int:
    # Imported here: resetting and stopping need no web framework.
    from psaqb_desktop.practice.serving import CannotServeError, PracticeServices  # noqa: PLC0415

    try:
        services = PracticeServices(
            folder, crm_port=options.crm_port, quickbooks_port=options.quickbooks_port
        )
    except CannotServeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: services.stopping.set())
    sys.stdout.write(
        f"Practice CRM at {services.crm_url}, QuickBooks at {services.quickbooks_url}\n"
    )
    sys.stdout.flush()
    while not services.stopping.wait(_LOOK_SECONDS):
        if options.parent_pid is not None and not is_alive(options.parent_pid):
            break
    services.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
