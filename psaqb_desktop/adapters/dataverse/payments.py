"""The ``psaqb_invoicepayment`` table: what payments and credits settle of each posted invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from psaqb_desktop.adapters.dataverse import odata
from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.faults import error_of
from psaqb_desktop.adapters.dataverse.schema import INVOICE_PAYMENT, INVOICE_SYNC, RATE_DIGITS
from psaqb_desktop.adapters.dataverse.sync_rows import allocation_body, read_allocation
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.domain.identifiers import CrmId, payment_record_id
from psaqb_desktop.domain.money import to_cents
from psaqb_desktop.domain.push import AddedPayments, PaymentAllocation

_SELECT = ",".join(INVOICE_PAYMENT.properties)
_IDS_IN_ONE_CONDITION = 200
_WRITING = "writing payments"


class Payments:
    """Keeps allocations equal to QuickBooks'. Keys are derived, so repeating does no harm."""

    def __init__(self, client: DataverseClient, tables: OurTables) -> None:
        self._client = client
        self._tables = tables

    def of(self, sync_ids: Sequence[CrmId]) -> tuple[PaymentAllocation, ...]:
        """Return the allocations of these postings, by date."""
        path = self._tables.path(INVOICE_PAYMENT)
        options = {"$select": _SELECT, "$orderby": INVOICE_PAYMENT.id_column}
        addresses = [
            f"{path}?"
            + odata.query({**options, "$filter": odata.any_of("_psaqb_postingid_value", piece)})
            for piece in odata.chunks(list(dict.fromkeys(sync_ids)), _IDS_IN_ONE_CONDITION)
        ]
        rows = self._client.rows_of(addresses, doing="reading payments")
        found = [read_allocation(row) for row in rows]
        return tuple(sorted(found, key=lambda each: (each.payment_date or date.max, each.id)))

    def add(self, allocations: Mapping[CrmId, Sequence[PaymentAllocation]]) -> AddedPayments:
        """Write what differs; tell that, and what else is stored of the same postings."""
        stored = {each.id: each for each in self.of(list(allocations))}
        wanted = {one.id: one for each in allocations.values() for one in map(_as_stored, each)}
        written = [one for key, one in wanted.items() if stored.get(key) != one]
        self._write([self._upsert(one) for one in written])
        others = [one for key, one in stored.items() if key not in wanted]
        return AddedPayments(tuple(written), tuple(others))

    def remove(self, allocations: Sequence[PaymentAllocation]) -> None:
        """Delete these."""
        tables = self._tables
        self._write(
            [
                Operation("DELETE", tables.record(INVOICE_PAYMENT, odata.guid(one.id)))
                for one in allocations
            ]
        )

    def _write(self, operations: Sequence[Operation]) -> None:
        answers = self._client.batch(operations, doing=_WRITING, is_safe=True)
        for operation, answer in zip(operations, answers, strict=True):
            is_gone = operation.method == "DELETE" and answer.status == 404
            if answer.status >= 400 and not is_gone:
                raise error_of(answer, doing=_WRITING, is_write=False)

    def _upsert(self, allocation: PaymentAllocation) -> Operation:
        posting = "/" + self._tables.record(INVOICE_SYNC, odata.guid(allocation.sync_id))
        return Operation(
            "PATCH",
            self._tables.record(INVOICE_PAYMENT, odata.guid(allocation.id)),
            body=allocation_body(allocation, posting),
        )


def _as_stored(allocation: PaymentAllocation) -> PaymentAllocation:
    """Return the allocation under its derived key, as the CRM will give it back."""
    rate = allocation.exchange_rate
    return replace(
        allocation,
        id=payment_record_id(allocation.sync_id, allocation.payment_type, allocation.payment_id),
        amount=to_cents(allocation.amount),
        exchange_rate=None if rate is None else round(rate, RATE_DIGITS).normalize(),
        method=allocation.method[:100].strip(),
        reference=allocation.reference[:200].strip(),
    )
