"""push, settle and leave-out: everything that changes an invoice's way to QuickBooks."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from types import FrameType

import click

from psaqb_desktop.cli.context import CliContext, chosen_rows, is_offered, pass_context
from psaqb_desktop.cli.exit_codes import CANCELLED, NEEDS_ATTENTION, OK, OUTCOME_UNKNOWN
from psaqb_desktop.cli.output import finding_facts
from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import SettingsError
from psaqb_desktop.domain.findings import Cause, Finding
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId
from psaqb_desktop.domain.money import Money, totals_by_currency
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.push_invoices import PushProgress


@click.command()
@click.argument("numbers", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All invoices that are ready.")
@click.option("--company", default="", help="Only this legal entity.")
@click.option("--yes", is_flag=True, help="Do not ask (for scheduled runs).")
@click.option(
    "--even-if-similar",
    is_flag=True,
    help="Named invoices only: although QuickBooks has a similar one, entered by hand.",
)
@pass_context
def push(
    context: CliContext,
    numbers: tuple[str, ...],
    is_all: bool,  # noqa: FBT001
    company: str,
    yes: bool,  # noqa: FBT001
    even_if_similar: bool,  # noqa: FBT001
) -> int:
    """Push invoices into QuickBooks: the named ones, or all that are ready."""
    if even_if_similar and not numbers:
        raise SettingsError(
            "--even-if-similar goes with named invoices only.", remedy="Name the invoice numbers."
        )
    if not numbers and not is_all:
        raise SettingsError("Nothing was named.", remedy="Name invoice numbers, or use --all.")
    desk = context.desk
    desk.settle_pushes.run()
    rows = chosen_rows(context.read_list(), numbers, company=company)
    checked = desk.check_invoices.run([row for row in rows if is_offered(row)])
    posted_already = [row for row in rows if not is_offered(row)]
    for row in posted_already:
        context.output.note(f"– {row.invoice.number}: {row.status.value}, not pushed again")
    ready = [one for one in checked if one.is_ready]
    blocked = [one for one in checked if not one.is_ready]
    if ready and not yes:
        _ask(context, ready)
    similar = frozenset(one.invoice.id for one in ready) if even_if_similar else frozenset()
    results = _run(context, ready, similar) if ready else ()
    _report(context, results, blocked)
    return _code(results, blocked)


def _ask(context: CliContext, ready: Sequence[Checked]) -> None:
    live = "LIVE BOOKS" if context.desk.environment.is_live else context.desk.environment.kind.value
    names = dict.fromkeys(one.connection.name for one in ready if one.connection)
    for name in names:
        own = [one for one in ready if one.connection and one.connection.name == name]
        totals = totals_by_currency(
            Money(one.draft.total * _sign(one), one.draft.currency) for one in own if one.draft
        )
        context.output.note(f"{name} ({live}): {len(own)} invoices, {' · '.join(map(str, totals))}")
    click.confirm(f"Push {len(ready)} invoices?", abort=True, err=True)


def _sign(one: Checked) -> int:
    is_credit = one.draft is not None and one.draft.document_type is DocumentType.CREDIT_MEMO
    return -1 if is_credit else 1


def _run(
    context: CliContext, ready: Sequence[Checked], similar: frozenset[InvoiceId]
) -> tuple[PushResult, ...]:
    """Push with Ctrl+C meaning: finish what is in flight, start nothing new."""
    cancellation = Cancellation()
    numbers = {one.invoice.id: one.invoice.number for one in ready}

    def on_interrupt(_signal: int, _frame: FrameType | None) -> None:
        context.output.note("Stopping after what is under way …")
        cancellation.cancel()

    def on_progress(news: PushProgress) -> None:
        if not context.output.is_json:
            context.output.note(f"  {numbers.get(news.invoice_id, '?'):24} {news.status.value}")

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        return context.desk.push_invoices.run(
            ready,
            on_progress=on_progress,
            cancellation=cancellation,
            accept_similar=similar,
        )
    finally:
        signal.signal(signal.SIGINT, previous)


def _report(context: CliContext, results: Sequence[PushResult], blocked: Sequence[Checked]) -> None:
    if context.output.is_json:
        context.output.document(
            {
                "results": [result_facts(result) for result in results],
                "not_ready": [
                    {
                        "id": one.invoice.id,
                        "number": one.invoice.number,
                        "findings": [finding_facts(f) for f in one.findings],
                    }
                    for one in blocked
                ],
            }
        )
        return
    for result in results:
        _tell(context, result.findings)
    for one in blocked:
        _tell(context, one.findings)
    counts = {state: sum(1 for r in results if r.state is state) for state in PostingState}
    said = [f"{count} {state.value.lower()}" for state, count in counts.items() if count]
    if blocked:
        said.append(f"{len(blocked)} not ready")
    context.output.note(", ".join(said) or "Nothing was pushed.")


def _tell(context: CliContext, findings: Sequence[Finding]) -> None:
    for finding in findings:
        context.output.note(f"{'✗' if finding.is_blocker else '!'} {finding.message}")
        context.output.note(f"    {finding.remedy}")


def result_facts(result: PushResult) -> dict[str, object]:
    """Return a push result as JSON values."""
    record = result.record
    return {
        "id": result.invoice_id,
        "state": result.state.value,
        "quickbooks_id": record.quickbooks_id if record else None,
        "quickbooks_number": record.number if record else None,
        "total": record.signed(record.total) if record else None,
        "request_id": record.request_id if record else None,
        "findings": [finding_facts(finding) for finding in result.findings],
    }


def _code(results: Sequence[PushResult], blocked: Sequence[Checked]) -> int:
    states = {result.state for result in results}
    if any(
        _is_still_open(result)
        for result in results
        if result.state.is_posted or result.state.is_open
    ):
        return OUTCOME_UNKNOWN
    if any(r.state is PostingState.NOT_POSTED and not _has_reason(r) for r in results):
        return CANCELLED
    return NEEDS_ATTENTION if blocked or states - {PostingState.POSTED} else OK


def _has_reason(result: PushResult) -> bool:
    """Tell whether something stopped it, rather than a person's cancel."""
    return any(finding.is_blocker for finding in result.findings)


@click.command()
@pass_context
def settle(context: CliContext) -> int:
    """Find out what became of pushes that were interrupted."""
    results = context.desk.settle_pushes.run()
    _report(context, results, ())
    return OUTCOME_UNKNOWN if any(_is_still_open(result) for result in results) else OK


def _is_still_open(result: PushResult) -> bool:
    """Tell whether an outcome is not known, or is known here and not yet in the CRM."""
    return result.state.is_open or any(f.cause is Cause.OUTCOME_UNKNOWN for f in result.findings)


@click.command("leave-out")
@click.argument("number")
@click.option("--reason", default="", help="Why; others see it in the CRM.")
@click.option("--take-back", is_flag=True, help="Put it back into the list.")
@pass_context
def leave_out(context: CliContext, number: str, reason: str, take_back: bool) -> int:  # noqa: FBT001
    """Leave an invoice out with a reason, or take it back."""
    row = chosen_rows(context.read_list(), [number])[0]
    service = context.desk.leave_out
    record = service.take_back(row) if take_back else service.run(row, reason)
    if context.output.is_json:
        context.output.document({"number": row.invoice.number, "state": record.state})
    else:
        context.output.note(f"{row.invoice.number}: {record.state.value}")
    return OK


@click.command("push-again")
@click.argument("number")
@pass_context
def push_again(context: CliContext, number: str) -> int:
    """Put an invoice whose document was voided or deleted back into the list."""
    row = chosen_rows(context.read_list(), [number])[0]
    record = context.desk.push_again.run(row)
    if context.output.is_json:
        context.output.document({"number": row.invoice.number, "state": record.state})
    else:
        context.output.note(f"{row.invoice.number} can be pushed again.")
    return OK


@click.command("link-document")
@click.argument("number")
@click.argument("quickbooks_id", required=False)
@click.option("--credit-memo", is_flag=True, help="The document is a credit memo.")
@click.option("--undo", is_flag=True, help="Take the link back; the document stays as it is.")
@pass_context
def link_document(
    context: CliContext,
    number: str,
    quickbooks_id: str | None,
    credit_memo: bool,  # noqa: FBT001
    undo: bool,  # noqa: FBT001
) -> int:
    """Record a document that was entered by hand as that of an invoice."""
    if undo == bool(quickbooks_id):
        raise SettingsError(
            "A document's id goes with linking, and none with --undo.",
            remedy="Name the id, or use --undo alone.",
        )
    row = chosen_rows(context.read_list(), [number])[0]
    document_type = DocumentType.CREDIT_MEMO if credit_memo else DocumentType.INVOICE
    link, identifier = context.desk.link_document, QuickBooksId(quickbooks_id or "")
    record = link.unlink(row) if undo else link.run(row, document_type, identifier)
    if context.output.is_json:
        context.output.document(
            {
                "number": row.invoice.number,
                "state": record.state,
                "quickbooks_id": record.quickbooks_id,
                "finding": record.finding,
            }
        )
    else:
        context.output.note(f"{row.invoice.number}: {record.state.value}")
        if record.finding:
            context.output.note(f"! {record.finding}")
    wanted = PostingState.NOT_POSTED if undo else PostingState.POSTED
    return OK if record.state is wanted else NEEDS_ATTENTION
