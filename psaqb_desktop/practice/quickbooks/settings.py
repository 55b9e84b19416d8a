"""Changing a company's settings, with what clients read of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from psaqb_desktop.practice.quickbooks.company import Company, change_company
from psaqb_desktop.practice.quickbooks.preferences import write_company_records
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks


def change_settings(service: PracticeQuickBooks, realm: str, changes: Mapping[str, Any]) -> Company:
    """Stores changed settings of a company.

    Raises:
        UnknownCompanyError: There is no such company.
        ValueError: A setting is not changeable, or the value is of the wrong type.
    """
    with service.writing(realm) as books:
        changed = change_company(books.rows.connection, books.company, changes)
        write_company_records(dataclasses.replace(books, company=changed))
    return changed
