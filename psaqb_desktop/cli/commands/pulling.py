"""pull: QuickBooks' state, payments and balances back into the CRM."""

from __future__ import annotations

from collections.abc import Sequence

import click

from psaqb_desktop.cli.context import CliContext, pass_context
from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import SettingsError
from psaqb_desktop.domain.pull import PullSummary

_HEADINGS = (
    "Company",
    "Changed",
    "Payments",
    "Removed",
    "Voided",
    "Missing",
    "Edited",
    "Twice",
    "Problem",
)


@click.command()
@click.option("--full", is_flag=True, help="Compare every posted document, not only changes.")
@click.option("--company", default="", help="Only this legal entity.")
@pass_context
def pull(context: CliContext, full: bool, company: str) -> int:  # noqa: FBT001
    """Bring status, balances and payments back from QuickBooks."""
    chosen = [_connected_once(context.connection(company))] if company else None
    summaries = context.desk.pull_changes.run(connections=chosen, full=full)
    if context.output.is_json:
        context.output.document({"companies": [_facts(summary) for summary in summaries]})
    else:
        _tell(context, summaries)
    needs_a_look = any(
        s.error or s.voided or s.missing or s.edited or s.duplicates for s in summaries
    )
    return NEEDS_ATTENTION if needs_a_look else OK


def _connected_once(connection: Connection) -> Connection:
    """Refuse one that a person named and that there is nothing to pull for.

    Raises:
        SettingsError: it never had a company.
    """
    if not connection.realm_id:
        raise SettingsError(
            f"{connection.name} is not connected to a QuickBooks company yet.",
            remedy=f"Connect it: “psaqb connect {connection.legal_entity}”.",
        )
    return connection


def _facts(summary: PullSummary) -> dict[str, object]:
    return {
        "company": summary.company_name,
        "realm_id": summary.realm_id,
        "documents_changed": summary.documents_changed,
        "payments_written": summary.payments_written,
        "payments_removed": summary.payments_removed,
        "voided": summary.voided,
        "missing": summary.missing,
        "edited": summary.edited,
        "duplicates": list(summary.duplicates),
        "watermark": summary.watermark,
        "error": summary.error,
    }


def _tell(context: CliContext, summaries: Sequence[PullSummary]) -> None:
    cells = [
        (
            s.company_name,
            s.documents_changed,
            s.payments_written,
            s.payments_removed,
            s.voided,
            s.missing,
            s.edited,
            len(s.duplicates),
            s.error,
        )
        for s in summaries
    ]
    context.output.table(_HEADINGS, cells)
    for summary in summaries:
        for sentence in summary.duplicates:
            context.output.note(f"! {summary.company_name}: {sentence}")
