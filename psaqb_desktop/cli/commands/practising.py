"""practice: the practice CRM and practice QuickBooks, started, stopped and reset."""

from __future__ import annotations

import click

from psaqb_desktop.cli.context import CliContext, pass_context
from psaqb_desktop.cli.exit_codes import OK


@click.group()
def practice() -> None:
    """Run the practice company: both services on this machine, no account needed."""


@practice.command()
@pass_context
def start(context: CliContext) -> int:
    """Start the practice services in the background."""
    environment = context.office.practice.start()
    if context.output.is_json:
        context.output.document(
            {
                "environment": environment.name,
                "crm_url": environment.crm_url,
                "quickbooks_authorize_url": environment.quickbooks_authorize_url,
            }
        )
    else:
        context.output.note(context.office.practice.status())
        context.output.note(f"Use it with: psaqb --environment {environment.name} list")
    return OK


@practice.command()
@pass_context
def stop(context: CliContext) -> int:
    """Stop the practice services; their books stay on disk."""
    was_running = context.office.practice.stop()
    context.output.note("Stopped." if was_running else "They were not running.")
    return OK


@practice.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def reset(context: CliContext, yes: bool) -> int:  # noqa: FBT001
    """Put the practice company back to its first day."""
    if not yes:
        click.confirm("Forget everything that happened in the practice company?", abort=True)
    context.office.practice.reset()
    context.output.note("The practice company is back at its first day.")
    return OK


@practice.command()
@click.option("--set", "data_set", type=click.Choice(("small", "large", "nasty")), default="small")
@click.option("--invoices", type=click.IntRange(1), help="Instead of the set's usual number.")
@click.option("--seed", type=int, help="Another number makes other invoices.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def seed(
    context: CliContext,
    data_set: str,
    invoices: int | None,
    seed: int | None,
    yes: bool,  # noqa: FBT001
) -> int:
    """Plant the practice CRM anew, as large and as nasty as wished.

    small: the usual 300 invoices; large: 200,000; nasty: with what real books hold after some
    years. Equal options make equal invoices.
    """
    if not yes:
        click.confirm("Put other invoices in place of the practice CRM's?", abort=True)
    planted = context.office.practice.seed(data_set, invoices, seed)
    if context.output.is_json:
        context.output.document({"data_set": data_set, "invoices": planted})
    context.output.note(f"Planted {planted} invoices.")
    return OK


@practice.command()
@pass_context
def status(context: CliContext) -> int:
    """Tell whether the practice services run, and where."""
    click.echo(context.office.practice.status())
    return OK


@practice.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@pass_context
def serve(context: CliContext, arguments: tuple[str, ...]) -> int:
    """Run the practice services in this terminal until Ctrl+C."""
    return context.office.practice.serve(arguments)
