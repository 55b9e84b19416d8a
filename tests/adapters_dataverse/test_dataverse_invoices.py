from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from psaqb_desktop.adapters.dataverse.invoices import DataverseInvoices
from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.invoice import CrmStatus, Invoice, InvoiceKind
from psaqb_desktop.domain.invoice_line import LineSource
from psaqb_desktop.practice.group import GROUP
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm

_EDITABLE = frozenset({CrmStatus.DRAFT, CrmStatus.IN_REVIEW, CrmStatus.NEW})


@pytest.fixture(scope="session")
def desk(reading_crm: PracticeCrm) -> Desk:
    return reading_crm.desk("ada")


@pytest.fixture(scope="session")
def invoices(desk: Desk) -> tuple[Invoice, ...]:
    return tuple(invoice for page in desk.invoices.invoices() for invoice in page)


def test_invoices_of_all_states_are_listed(invoices: tuple[Invoice, ...]) -> None:
    assert len(invoices) >= 300
    assert len({invoice.id for invoice in invoices}) == len(invoices)
    statuses = Counter((invoice.kind, invoice.status) for invoice in invoices)
    for status in (CrmStatus.DRAFT, CrmStatus.CONFIRMED, CrmStatus.PAID):
        assert statuses[InvoiceKind.PROJECT, status], statuses
    assert statuses[InvoiceKind.SALES, CrmStatus.BILLED], statuses


def test_an_invoice_that_is_edited_between_two_pages_is_not_missed(bare_crm: PracticeCrm) -> None:
    desk = bare_crm.desk("ada")
    everything = {i.id: i for page in desk.invoices.invoices() for i in page}
    pages = DataverseInvoices(desk.client, page_size=5).invoices()
    read = list(next(pages))
    seen = {invoice.id for invoice in read}
    late = [i for i in everything.values() if i.id not in seen and i.status in _EDITABLE]
    oldest = min(late, key=lambda invoice: invoice.modified_on)
    desk.client.update(
        f"invoices({oldest.id})",
        {"description": "edited meanwhile"},
        if_match="*",
        select="name",
        doing="editing an invoice",
    )
    read += [invoice for page in pages for invoice in page]
    assert sorted(invoice.id for invoice in read) == sorted(everything)


def test_headers_are_complete(invoices: tuple[Invoice, ...]) -> None:
    codes = {entity.code for entity in GROUP}
    units = {unit for entity in GROUP for unit in entity.contracting_units}
    for invoice in invoices:
        assert invoice.version.startswith('W/"')
        assert len(invoice.currency) == 3
        assert invoice.customer.name
        assert invoice.customer.kind in {"account", "contact"}
        routing = invoice.routing
        assert routing.business_unit
        assert routing.business_unit.name
        assert routing.owning_company is None or routing.owning_company.code in codes
        assert routing.contracting_unit is None or routing.contracting_unit.name in units
    assert any(invoice.routing.owning_company for invoice in invoices)
    assert any(invoice.routing.contracting_unit for invoice in invoices)
    assert any(invoice.customer.kind == "contact" for invoice in invoices)
    assert any(invoice.invoice_date for invoice in invoices)
    assert any(
        invoice.payment_terms and "Net" in invoice.payment_terms.name for invoice in invoices
    )


def test_headers_take_few_requests(
    desk: Desk, reading_crm: PracticeCrm, invoices: tuple[Invoice, ...]
) -> None:
    reading_crm.forget_calls()
    pages = list(desk.invoices.invoices())
    assert pages == [invoices]
    # One page, and the units of the lines where the contract names neither company nor unit.
    assert len(reading_crm.calls()) <= 2


def test_units_of_lines_are_asked_for_where_the_contract_names_nothing(
    bare_crm: PracticeCrm,
) -> None:
    desk = bare_crm.desk("ada")
    before = [invoice for page in desk.invoices.invoices() for invoice in page]
    routed = next(
        invoice
        for invoice in before
        if invoice.routing.contracting_unit
        and not invoice.routing.owning_company
        and any(line.unit for line in desk.invoices.lines([invoice.id])[invoice.id])
    )
    assert routed.contract
    assert routed.routing.line_units == ()
    nothing = {"msdyn_ContractOrganizationalUnitId@odata.bind": None}
    desk.client.update(
        f"salesorders({routed.contract.id})",
        nothing,
        if_match="*",
        select="name",
        doing="emptying the contract",
    )
    (after,) = desk.invoices.invoices_by_id([routed.id])
    assert after.routing.contracting_unit is None
    assert after.routing.line_units == (routed.routing.contracting_unit,)


def test_totals_add_up_but_for_the_planted_errors(invoices: tuple[Invoice, ...]) -> None:
    wrong = [i for i in invoices if i.net + i.freight + i.tax != i.total]
    assert len(wrong) <= len(invoices) // 20


def test_only_what_changed_is_read(desk: Desk, invoices: tuple[Invoice, ...]) -> None:
    since = invoices[len(invoices) // 2].modified_on
    changed = desk.invoices.changes(since, "").invoices
    expected = {i.id for i in invoices if i.modified_on >= since}
    assert expected <= {i.id for i in changed}
    later = max(i.modified_on for i in invoices) + timedelta(seconds=1)
    assert later <= desk.invoices.time()
    assert not desk.invoices.changes(later, "").invoices


def test_invoices_are_read_afresh_in_the_order_asked(
    desk: Desk, invoices: tuple[Invoice, ...]
) -> None:
    wanted = [invoice.id for invoice in invoices[::-3]]
    gone = InvoiceId(str(uuid.uuid4()))
    found = desk.invoices.invoices_by_id([*wanted, gone])
    assert [invoice.id for invoice in found] == wanted
    assert found == tuple(invoices[::-3])
    assert desk.invoices.invoices_by_id([]) == ()


def test_lines_add_up_to_the_header(desk: Desk, invoices: tuple[Invoice, ...]) -> None:
    sound = [i for i in invoices if i.net + i.freight + i.tax == i.total]
    lines = desk.invoices.lines([invoice.id for invoice in sound])
    assert set(lines) == {invoice.id for invoice in sound}
    off = []
    for invoice in sound:
        net = sum((line.net for line in lines[invoice.id]), Decimal(0)) - invoice.discount
        tax = sum((line.tax for line in lines[invoice.id]), Decimal(0))
        if (net, tax) != (invoice.net, invoice.tax):
            off.append((invoice.number, invoice.status, net, invoice.net, tax, invoice.tax))
    assert len(off) <= len(sound) // 20, off[:10]


def test_lines_name_what_they_stand_for(desk: Desk, invoices: tuple[Invoice, ...]) -> None:
    lines = [
        line for found in desk.invoices.lines([i.id for i in invoices]).values() for line in found
    ]
    sources = Counter(line.source for line in lines)
    for source in LineSource:
        assert sources[source], sources
    roles = {line.source_record.name for line in lines if line.source is LineSource.ROLE}
    assert "Senior Consultant" in roles
    assert all(line.source_record.id and line.source_record.name for line in lines)
    classes = {
        str(each.source_record.id) for each in lines if each.source is LineSource.CLASSIFICATION
    }
    assert "Milestone" in classes


def test_lines_of_all_invoices_take_few_requests(
    desk: Desk, reading_crm: PracticeCrm, invoices: tuple[Invoice, ...]
) -> None:
    reading_crm.forget_calls()
    desk.invoices.lines([invoice.id for invoice in invoices])
    assert len(reading_crm.calls()) <= 4


def test_lines_of_nothing_take_no_request(desk: Desk, reading_crm: PracticeCrm) -> None:
    reading_crm.forget_calls()
    assert desk.invoices.lines([]) == {}
    assert reading_crm.calls() == []


def test_pages_follow_one_another(desk: Desk, invoices: tuple[Invoice, ...]) -> None:
    options = {"$select": "invoicenumber", "$orderby": "invoiceid"}
    pages = list(desk.client.pages("invoices", options, doing="reading", page_size=70))
    assert [len(page) for page in pages[:-1]] == [70] * (len(pages) - 1)
    assert {row["invoiceid"] for page in pages for row in page} == {i.id for i in invoices}


def test_a_lost_answer_while_reading_is_asked_for_again(
    desk: Desk, reading_crm: PracticeCrm, invoices: tuple[Invoice, ...]
) -> None:
    reading_crm.fault(fault="drop_after", method="GET", path="*/invoices")
    reading_crm.fault(fault="half_answer", method="GET", path="*/invoices")
    read = [invoice for page in desk.invoices.invoices() for invoice in page]
    assert read == list(invoices)


def test_a_service_that_stays_away_is_said_so(desk: Desk, reading_crm: PracticeCrm) -> None:
    reading_crm.fault(fault="status", status=503, method="GET", path="*/invoices", times=None)
    try:
        with pytest.raises(ServiceUnavailableError):
            list(desk.invoices.invoices())
    finally:
        reading_crm.clear_faults()
