"""accept: a difference between the CRM and QuickBooks that a person has looked at."""

from __future__ import annotations

import click

from psaqb_desktop.cli.context import CliContext, chosen_rows, pass_context
from psaqb_desktop.cli.exit_codes import OK


@click.command()
@click.argument("number")
@pass_context
def accept(context: CliContext, number: str) -> int:
    """Accept a posted invoice as it stands in QuickBooks, and end its review."""
    row = chosen_rows(context.read_list(), [number])[0]
    said = row.record.finding if row.record else ""
    record = context.desk.accept_review.run(row)
    if context.output.is_json:
        context.output.document(
            {"number": row.invoice.number, "state": record.state, "accepted": said}
        )
    else:
        context.output.note(f"{row.invoice.number}: accepted. {said}")
    return OK
