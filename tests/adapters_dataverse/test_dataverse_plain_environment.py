"""A CRM without an ERP beside it and without Field Service is read just as well."""

from __future__ import annotations

from tests.adapters_dataverse.practice_crm_driver import PracticeCrm


def test_invoices_are_read_without_owning_company_and_invoice_date(plain_crm: PracticeCrm) -> None:
    desk = plain_crm.desk("ada")
    found = [invoice for page in desk.invoices.invoices() for invoice in page]
    assert len(found) >= 50
    assert all(invoice.routing.owning_company is None for invoice in found)
    assert all(invoice.invoice_date is None for invoice in found)
    assert any(invoice.routing.contracting_unit for invoice in found)
    lines = desk.invoices.lines([invoice.id for invoice in found])
    assert all(lines[invoice.id] for invoice in found)
