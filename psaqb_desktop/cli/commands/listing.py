"""list and check: what is there, and what would happen; neither writes anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import click

from psaqb_desktop.cli.context import CliContext, chosen_rows, pass_context
from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK
from psaqb_desktop.cli.output import invoice_facts
from psaqb_desktop.domain.draft import draft_to_json
from psaqb_desktop.domain.errors import SettingsError
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.money import totals_by_currency


@click.command("list")
@click.option("--company", default="", help="Only this legal entity (code or connection name).")
@click.option("--status", default="", help="Only this status, for example Posted or Failed.")
@click.option("--all", "is_all", is_flag=True, help="Posted, left out and unconfirmed ones too.")
@click.option(
    "--offline", "source", flag_value="kept", help="The list as this machine last read it."
)
@click.option("--everything", "source", flag_value="whole", help="Read all invoices afresh.")
@pass_context
def list_invoices(
    context: CliContext,
    company: str,
    status: str,
    is_all: bool,  # noqa: FBT001
    source: str | None,
) -> int:
    """List the invoices that are not yet in QuickBooks."""
    listed = _read(context, source)
    rows = chosen_rows(listed, (), company=company, is_all=is_all or bool(status))
    if status:
        rows = [row for row in rows if row.status.value.casefold() == status.casefold()]
    if context.output.is_json:
        context.output.document(
            {"read_on": listed.read_on, "invoices": [invoice_facts(row) for row in rows]}
        )
        return OK
    if not listed.is_set_up:
        context.output.note("The CRM has not been set up yet: run “psaqb provision”.")
    headings = ("Number", "Company", "Customer", "Date", "Cur", "Total", "Status", "QuickBooks")
    context.output.table(headings, [_line(row) for row in rows])
    totals = totals_by_currency(row.invoice.total_money for row in rows)
    context.output.note(f"{len(rows)} invoices: {' · '.join(map(str, totals)) or 'nothing'}")
    return OK


def _read(context: CliContext, source: str | None) -> InvoiceList:
    if source == "whole":
        return context.desk.list_invoices.run(everything=True)
    if source != "kept":
        return context.read_list()
    kept = context.desk.list_invoices.from_cache()
    if kept is None:
        raise SettingsError(
            "No list of this environment is kept on this machine yet.",
            remedy="Run “psaqb list” once with the CRM in reach.",
        )
    read_on = kept.read_on.astimezone()
    context.output.note(f"Offline: the list as it was read on {read_on:%Y-%m-%d %H:%M %Z}.")
    return kept


def _line(row: ListedInvoice) -> tuple[object, ...]:
    invoice, record = row.invoice, row.record
    state = (
        f"{record.number or record.quickbooks_id} {record.quickbooks_status.value}"
        if (record and record.quickbooks_id)
        else ""
    )
    return (
        invoice.number,
        row.connection.legal_entity if row.connection else "–",
        invoice.customer.name,
        invoice.invoice_date,
        invoice.currency,
        invoice.total,
        row.status.value,
        state,
    )


@click.command()
@click.argument("numbers", nargs=-1)
@click.option("--company", default="", help="Only this legal entity.")
@click.option("--drafts", is_flag=True, help="With --json: the drafts as they would be written.")
@pass_context
def check(context: CliContext, numbers: tuple[str, ...], company: str, drafts: bool) -> int:  # noqa: FBT001
    """Map and validate invoices without writing; all that are to be posted if none is named."""
    rows = chosen_rows(context.read_list(), numbers, company=company)
    checked = context.desk.check_invoices.run(rows)
    ready = sum(1 for one in checked if one.is_ready)
    if context.output.is_json:
        by_id = {row.invoice.id: row for row in rows}
        context.output.document(
            {
                "ready": ready,
                "not_ready": len(checked) - ready,
                "invoices": [
                    invoice_facts(replace(by_id[one.invoice.id], checked=one))
                    | ({"draft": draft_to_json(one.draft)} if drafts and one.draft else {})
                    for one in checked
                ],
            }
        )
    else:
        causes: Counter[str] = Counter()
        for one in checked:
            for finding in one.findings:
                causes[finding.cause.value] += 1
                mark = "✗" if finding.is_blocker else "!"
                click.echo(f"{mark} {one.invoice.number}: {finding.message}\n    {finding.remedy}")
        for cause, count in causes.most_common():
            context.output.note(f"{count:5}  {cause}")
        context.output.note(f"{ready} of {len(checked)} invoices are ready.")
    return OK if ready == len(checked) else NEEDS_ATTENTION
