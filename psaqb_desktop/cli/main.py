"""psaqb: list, check, push, pull, connect, provision, doctor, practice and their company."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from psaqb_desktop import __version__
from psaqb_desktop.cli.commands.connecting import connect, disconnect, links, mapping
from psaqb_desktop.cli.commands.journal import journal
from psaqb_desktop.cli.commands.listing import check, list_invoices
from psaqb_desktop.cli.commands.practising import practice
from psaqb_desktop.cli.commands.pulling import pull
from psaqb_desktop.cli.commands.pushing import leave_out, link_document, push, push_again, settle
from psaqb_desktop.cli.commands.reviewing import accept
from psaqb_desktop.cli.commands.setting_up import doctor, environments, provision, sign_in
from psaqb_desktop.cli.context import CliContext
from psaqb_desktop.cli.exit_codes import CANCELLED, exit_code_of
from psaqb_desktop.cli.office import Office
from psaqb_desktop.cli.output import Output
from psaqb_desktop.domain.errors import AppError

OpenOffice = Callable[[Path | None], Office]
"""Opens the office of a data folder; None means where the system keeps such data."""


def run(arguments: Sequence[str], open_office: OpenOffice) -> int:
    """Run one command; returns the exit code."""
    output = Output(is_json="--json" in arguments)
    try:
        result = group.main(
            args=_globals_first(arguments),
            prog_name="psaqb",
            standalone_mode=False,
            obj=open_office,
        )
    except AppError as error:
        output.error(error)
        return exit_code_of(error)
    except click.exceptions.Abort:
        output.note("Cancelled. Nothing more was done.")
        return CANCELLED
    except click.ClickException as error:
        error.show(sys.stderr)
        return error.exit_code
    return result if isinstance(result, int) else 0


def _globals_first(arguments: Sequence[str]) -> list[str]:
    """Let --json, --environment and --data-dir stand anywhere, as people type them."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        name = argument.partition("=")[0]
        if argument == "--":
            return [*front, *rest, argument, *waiting]
        if argument == "--json" or (name in _WITH_VALUE and "=" in argument):
            front.append(argument)
        elif name in _WITH_VALUE:
            front += [argument, *(value for value in [next(waiting, None)] if value is not None)]
        else:
            rest.append(argument)
    return front + rest


_WITH_VALUE = frozenset({"--environment", "-e", "--data-dir"})


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="PSAQB Desktop")
@click.option("--environment", "-e", default="", help="Which environment; else the default.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Keep all files under this folder (also PSAQB_DATA_DIR).",
)
@click.option("--json", "is_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def group(context: click.Context, environment: str, data_dir: Path | None, is_json: bool) -> None:  # noqa: FBT001
    """Post Dynamics 365 PSA invoices to QuickBooks Online and bring payments back."""
    open_office: OpenOffice = context.obj
    context.obj = CliContext(open_office(data_dir), environment, Output(is_json))


for command in (
    list_invoices,
    check,
    push,
    settle,
    leave_out,
    push_again,
    link_document,
    accept,
    pull,
    connect,
    disconnect,
    links,
    mapping,
    sign_in,
    provision,
    doctor,
    environments,
    journal,
    practice,
):
    group.add_command(command)
