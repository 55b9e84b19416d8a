"""pull: QuickBooks' state, payments and balances back into the CRM."""

from __future__ import annotations

import click

from psaqb_desktop.cli.context import CliContext, pass_context
from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK


@click.command()
@click.option("--full", is_flag=True, help="Compare every posted document, not only changes.")
@click.option("--company", default="", help="Only this legal entity.")
@pass_context
def pull(context: CliContext, full: bool, company: str) -> int:  # noqa: FBT001
    """Bring status, balances and payments back from QuickBooks."""
    chosen = [context.connection(company)] if company else None
    summaries = context.desk.pull_changes.run(connections=chosen, full=full)
    if context.output.is_json:
        context.output.document(
            {
                "companies": [
                    {
                        "company": s.company_name,
                        "realm_id": s.realm_id,
                        "documents_changed": s.documents_changed,
                        "payments_written": s.payments_written,
                        "voided": s.voided,
                        "missing": s.missing,
                        "edited": s.edited,
                        "duplicates": list(s.duplicates),
                        "watermark": s.watermark,
                        "error": s.error,
                    }
                    for s in summaries
                ]
            }
        )
    else:
        headings = (
            "Company",
            "Changed",
            "Payments",
            "Voided",
            "Missing",
            "Edited",
            "Twice",
            "Problem",
        )
        context.output.table(
            headings,
            [
                (
                    s.company_name,
                    s.documents_changed,
                    s.payments_written,
                    s.voided,
                    s.missing,
                    s.edited,
                    len(s.duplicates),
                    s.error,
                )
                for s in summaries
            ],
        )
        for summary in summaries:
            for sentence in summary.duplicates:
                context.output.note(f"! {summary.company_name}: {sentence}")
    needs_a_look = any(
        s.error or s.voided or s.missing or s.edited or s.duplicates for s in summaries
    )
    return NEEDS_ATTENTION if needs_a_look else OK
