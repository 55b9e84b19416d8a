"""Checks of an invoice that is in order, with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from psaqb_desktop.domain.check import check_invoice
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.quickbooks_lists import (
    CompanyLists,
)
from tests.fakes.examples import context, invoice, line

LINE = line("100", "20")


def check(
    one: Invoice | None = None,
    *lines: InvoiceLine,
    lists: CompanyLists | None = None,
    mapping: Mapping | None = None,
    **changes: Any,
) -> tuple[Draft | None, tuple[Finding, ...]]:
    used = lines or (LINE,)
    return check_invoice(one or invoice(1, *used), used, context(lists, mapping, **changes))


def ready(*arguments: Any, **changes: Any) -> Draft:
    draft, findings = check(*arguments, **changes)
    assert draft is not None, findings
    return draft


def other(**changes: Any) -> Invoice:
    return replace(invoice(1, LINE), **changes)
