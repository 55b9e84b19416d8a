"""Whatever QuickBooks answers is read or called unreadable; nothing else ever comes out."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.quickbooks.documents import payment, posted_document
from psaqb_desktop.adapters.quickbooks.faults import faults_in, read_faults
from psaqb_desktop.adapters.quickbooks.preferences import company_preferences
from psaqb_desktop.adapters.quickbooks.refusals import Subject, refusal
from psaqb_desktop.adapters.quickbooks.tax_codes import joined_tax_codes
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import AppError, UnreadableAnswerError

NAMES = [
    "Id",
    "TotalAmt",
    "Balance",
    "RemainingCredit",
    "TxnDate",
    "MetaData",
    "LastUpdatedTime",
    "CreateTime",
    "LinkedTxn",
    "TxnId",
    "TxnType",
    "Line",
    "Amount",
    "CurrencyRef",
    "CustomerRef",
    "value",
    "name",
    "PrivateNote",
    "status",
    "TxnTaxDetail",
    "TotalTax",
    "SalesFormsPrefs",
    "CustomField",
    "AccountingInfoPrefs",
    "BookCloseDate",
    "SalesTaxRateList",
    "TaxRateDetail",
    "TaxOrder",
    "RateValue",
    "fault",
    "Fault",
    "error",
    "Error",
    "code",
    "message",
    "Detail",
    "type",
]
ODD_TEXTS = [
    "Deleted",
    "NaN",
    "Infinity",
    "²",
    "1",
    "-5.25",
    "Voided",
    "2026-02-30",
    "2026-03-02",
    "0001-01-01T00:00:00+14:00",
    "2026-03-02T01:14:07-08:00",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(ODD_TEXTS)
)
ANY = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES), ANY, max_size=12)


@given(OBJECTS, st.sampled_from(DocumentType))
def test_documents(data: dict[str, object], document_type: DocumentType) -> None:
    with suppress(UnreadableAnswerError):
        document = posted_document(data, document_type, "GBP")
        assert document.id
        assert document.status
        assert document.paid.is_finite()


@given(OBJECTS)
def test_payments(data: dict[str, object]) -> None:
    with suppress(UnreadableAnswerError):
        assert all(line.amount.is_finite() for line in payment(data, "GBP").lines)


@given(OBJECTS)
def test_preferences(data: dict[str, object]) -> None:
    with suppress(UnreadableAnswerError):
        assert company_preferences(data) == company_preferences(data)


@given(st.lists(OBJECTS, max_size=3), st.lists(OBJECTS, max_size=3))
def test_tax_codes(codes: list[dict[str, object]], rates: list[dict[str, object]]) -> None:
    with suppress(UnreadableAnswerError):
        assert all(code.percent.is_finite() for code in joined_tax_codes(codes, rates))


@given(ANY, st.integers(200, 599))
def test_faults(data: object, status: int) -> None:
    faults = faults_in(data)
    body = json.dumps(data, default=lambda d: float(d) if isinstance(d, Decimal) else None)
    error = refusal(faults, HttpAnswer(status, {}, body.encode()), Subject("Acme", "Invoice 1"))
    assert isinstance(error, AppError)
    assert all(fault.number >= 0 for fault in faults)


@given(st.binary(max_size=80))
def test_bytes(body: bytes) -> None:
    assert read_faults(HttpAnswer(400, {}, body)) == ()
