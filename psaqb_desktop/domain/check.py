"""Checking: from a CRM invoice to a draft, or to findings that say why not. Writes nothing.

The parts are looked at one by one and all findings are gathered, so that everything that is the
matter with an invoice is known at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from psaqb_desktop.domain.check_context import CheckContext
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine
from psaqb_desktop.domain.draft_tax import TaxDecision, decide_tax
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.header_checks import (
    cents_lost,
    document_number,
    exchange_rate,
    header_findings,
    posting_date,
    sum_findings,
)
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.money import ZERO, to_cents
from psaqb_desktop.domain.quickbooks_lists import CompanyLists, QuickBooksCustomer
from psaqb_desktop.domain.resolve import (
    resolve_customer,
    resolve_item,
    resolve_item_key,
    resolve_term,
    resolve_tracking,
)
from psaqb_desktop.domain.texts import fill_text, key_note

T = TypeVar("T")

MAX_DESCRIPTION = 4000
UNRESOLVED = Chosen(QuickBooksId(""), "")
MAX_MEMO = 1000


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line with its item, before its tax code is chosen."""

    item: Chosen
    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    net: Decimal
    tax: Decimal
    service_date: date | None
    project: str


def check_invoice(
    invoice: Invoice, lines: Sequence[InvoiceLine], context: CheckContext
) -> tuple[Draft | None, tuple[Finding, ...]]:
    """Map an invoice to the draft that would be sent, and gather everything that is the matter."""
    findings = [*header_findings(invoice, context), *sum_findings(invoice, lines)]
    txn_date = _or_note(posting_date(invoice, context), findings)
    number = _or_note(document_number(invoice, context), findings)
    customer = _or_note(_customer(invoice, context), findings)
    planned = _planned_lines(invoice, lines, context, findings)
    if not planned:
        if not any(f.is_blocker for f in findings):
            findings.append(_nothing_to_post(invoice))
        return None, tuple(findings)
    sign = -1 if invoice.total < 0 else 1
    decision = decide_tax(invoice, planned, context.company, context.links, context.mapping)
    findings.extend(decision.findings)
    term = _or_note(
        resolve_term(invoice, context.company, context.links, context.mapping), findings
    )
    location, document_class = _tracking(invoice, planned, context, findings)
    rate = _or_note(exchange_rate(invoice, context, txn_date), findings)
    if any(f.is_blocker for f in findings) or not (txn_date and customer) or number is None:
        return None, tuple(findings)
    head = _Head(txn_date, number, customer, term, location, document_class, rate)
    draft = _draft(invoice, planned, decision, context, head, sign)
    if draft.total != to_cents(invoice.total * sign):
        return None, (*findings, cents_lost(invoice, draft.total * sign))
    return draft, tuple(findings)


@dataclass(frozen=True, slots=True)
class _Head:
    txn_date: date
    number: str
    customer: QuickBooksCustomer
    term: Chosen | None
    location: Chosen | None
    document_class: Chosen | None
    exchange_rate: Decimal | None


def _or_note(result: T | Finding, findings: list[Finding]) -> T | None:
    """Note a finding and return None for it; hand anything else through."""
    if isinstance(result, Finding):
        findings.append(result)
        return None
    return result


def _nothing_to_post(invoice: Invoice) -> Finding:
    return blocker(
        Cause.NOTHING_TO_POST,
        f"Invoice {invoice.number} has no line with an amount.",
        "Leave it out with a reason, or correct it in the CRM.",
    )


def _customer(invoice: Invoice, context: CheckContext) -> QuickBooksCustomer | Finding:
    customer = resolve_customer(invoice, context.company, context.links)
    if isinstance(customer, Finding):
        return customer
    if customer.currency and customer.currency != invoice.currency:
        return blocker(
            Cause.CURRENCY_MISMATCH,
            f"Invoice {invoice.number} is in {invoice.currency}, but QuickBooks keeps customer "
            f"{customer.name} in {customer.currency}, and a customer's currency never changes.",
            f"Link {invoice.customer.name} to a QuickBooks customer kept in {invoice.currency}; "
            f"if there is none, add one (for example “{customer.name} ({invoice.currency})”).",
        )
    return customer


def _planned_lines(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    context: CheckContext,
    findings: list[Finding],
) -> list[PlannedLine]:
    planned: list[PlannedLine] = []
    missing: set[str] = set()
    for line in lines:
        if line.net == 0 and line.tax == 0 and context.mapping.skip_zero_lines:
            continue
        item = resolve_item(line, context.company, context.links)
        if isinstance(item, Finding):
            if item.message not in missing:
                findings.append(item)
            missing.add(item.message)
            # Planned all the same: whatever else is the matter with the line is told now too.
            item = UNRESOLVED
        planned.append(_plan(line, item, context.mapping))
    extra = [("freight", "Freight", invoice.freight)]
    if not _has_discount_line(invoice, context.company):
        extra.append(("discount", "Discount", -invoice.discount))
    for key, name, amount in extra:
        if amount:
            item = resolve_item_key(
                LinkKind.CLASSIFICATION, key, name, context.company, context.links
            )
            if isinstance(item, Finding):
                findings.append(item)
            else:
                planned.append(PlannedLine(item, name, None, None, amount, ZERO, None, ""))
    return planned


def _has_discount_line(invoice: Invoice, company: CompanyLists) -> bool:
    """Tell whether the discount goes as QuickBooks' own discount line, else as a sales line.

    Outside the US it has no tax code of its own that we could be sure of; and it is never
    negative, as that of a credit memo would be.
    """
    return company.is_us and invoice.total >= 0


def _plan(line: InvoiceLine, item: Chosen, mapping: Mapping) -> PlannedLine:
    # QuickBooks refuses an amount that quantity and price do not multiply to (6070): then
    # the amount goes alone.
    fits = to_cents(line.quantity * line.unit_price) == to_cents(line.net)
    sent = fits and mapping.send_quantities and line.quantity != 0
    return PlannedLine(
        item,
        line.description[:MAX_DESCRIPTION],
        line.quantity if sent else None,
        line.unit_price if sent else None,
        to_cents(line.net),
        line.tax,
        line.service_date,
        line.project.name if line.project else "",
    )


def _tracking(
    invoice: Invoice,
    planned: Sequence[PlannedLine],
    context: CheckContext,
    findings: list[Finding],
) -> tuple[Chosen | None, Chosen | None]:
    company, mapping = context.company, context.mapping
    location = document_class = None
    if company.preferences.has_departments:
        by = mapping.location_by
        location = _or_note(
            resolve_tracking("location", by, mapping.locations, invoice, "", company.departments),
            findings,
        )
    if company.preferences.has_class_per_transaction:
        projects = {line.project for line in planned}
        project = projects.pop() if len(projects) == 1 else ""
        document_class = _or_note(_class_of(invoice, project, context), findings)
    if company.preferences.has_class_per_line:
        _note_missing_classes(invoice, planned, context, findings)
    return location, document_class


def _note_missing_classes(
    invoice: Invoice,
    planned: Sequence[PlannedLine],
    context: CheckContext,
    findings: list[Finding],
) -> None:
    """Note classes of lines that QuickBooks lacks: no line goes without its class in silence."""
    for project in dict.fromkeys(line.project for line in planned):
        found = _class_of(invoice, project, context)
        if isinstance(found, Finding) and found not in findings:
            findings.append(found)


def _class_of(invoice: Invoice, project: str, context: CheckContext) -> Chosen | Finding | None:
    by, names = context.mapping.class_by, context.mapping.classes
    return resolve_tracking("class", by, names, invoice, project, context.company.classes)


def _draft(
    invoice: Invoice,
    planned: Sequence[PlannedLine],
    decision: TaxDecision,
    context: CheckContext,
    head: _Head,
    sign: int,
) -> Draft:
    mapping, preferences = context.mapping, context.company.preferences
    is_credit = sign < 0
    discount = invoice.discount if _has_discount_line(invoice, context.company) else ZERO
    draft_lines = tuple(
        _draft_line(line, code, sign, context, invoice)
        for line, code in zip(planned, decision.line_codes, strict=True)
    )
    return Draft(
        document_type=DocumentType.CREDIT_MEMO if is_credit else DocumentType.INVOICE,
        invoice_id=invoice.id,
        customer=Chosen(head.customer.id, head.customer.name),
        currency=invoice.currency,
        is_currency_sent=preferences.is_multicurrency,
        txn_date=head.txn_date,
        due_date=None if is_credit or mapping.due_date == "terms" else invoice.due_date,
        number=head.number,
        lines=draft_lines,
        tax_lines=decision.signed_lines(sign),
        is_us=context.company.is_us,
        sales_tax_code=decision.sales_tax_code,
        is_tax_overridden=decision.is_overridden,
        discount=to_cents(discount * sign),
        tax=to_cents(decision.tax * sign),
        total=to_cents((sum((p.net for p in planned), ZERO) - discount + decision.tax) * sign),
        term=None if is_credit else head.term,
        location=head.location,
        document_class=head.document_class,
        email=invoice.email or invoice.customer.email if mapping.send_email else "",
        customer_memo=fill_text(mapping.customer_memo, invoice)[:MAX_MEMO],
        private_note=key_note(fill_text(mapping.private_note, invoice), invoice.id),
        bill_to=invoice.bill_to if mapping.send_address else type(invoice.bill_to)(),
        custom_fields=_custom_fields(invoice, context),
        exchange_rate=head.exchange_rate,
    )


def _draft_line(
    line: PlannedLine, code: Chosen | None, sign: int, context: CheckContext, invoice: Invoice
) -> DraftLine:
    line_class = None
    if context.company.preferences.has_class_per_line:
        found = _class_of(invoice, line.project, context)
        line_class = found if isinstance(found, Chosen) else None
    return DraftLine(
        item=line.item,
        description=line.description,
        amount=line.net * sign,
        quantity=line.quantity * sign if line.quantity is not None else None,
        unit_price=line.unit_price,
        tax_code=code,
        service_date=line.service_date,
        location_class=line_class,
    )


def _custom_fields(invoice: Invoice, context: CheckContext) -> tuple[tuple[str, str, str], ...]:
    fields = []
    for definition, name in context.company.preferences.custom_fields:
        text = context.mapping.custom_fields.get(name)
        if text:
            fields.append((definition, name, fill_text(text, invoice)[:31]))
    return tuple(fields)
