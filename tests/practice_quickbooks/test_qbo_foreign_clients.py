"""Clients that others wrote, unmodified, against practice QuickBooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException, ValidationException
from quickbooks.objects.base import LinkedTxn, Ref
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.customer import Customer
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.payment import Payment, PaymentLine
from quickbooks.objects.preferences import Preferences
from quickbooks.objects.taxcode import TaxCode
from quickbooks.objects.term import Term

from psaqb_desktop.practice.group import (
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
    PRACTICE_REDIRECT_URIS,
)
from tests.practice_quickbooks.qbo_company import CompanyClient


@pytest.fixture
def auth(gb: CompanyClient, monkeypatch: pytest.MonkeyPatch) -> Any:
    # The library refuses plain HTTP, which is all that loopback has.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with AuthClient(
        PRACTICE_INTUIT_CLIENT_ID,
        PRACTICE_INTUIT_CLIENT_SECRET,
        PRACTICE_REDIRECT_URIS[0],
        f"{gb.url}/.well-known/openid_configuration/",
        refresh_token=gb.tokens["refresh_token"],
    ) as client:
        yield client


@pytest.fixture
def client(gb: CompanyClient, auth: Any) -> Any:
    class PracticeClient(QuickBooks):  # type: ignore[misc]
        api_url_v3 = f"{gb.url}/v3"
        sandbox_api_url_v3 = f"{gb.url}/v3"

    client = PracticeClient(
        auth_client=auth,
        refresh_token=gb.tokens["refresh_token"],
        company_id=gb.seed.realm_id,
        minorversion=75,
    )
    client.use_decimal = True
    yield client
    client.session.close()


def draft(client: Any, amount: str = "100.00", **attributes: Any) -> Invoice:
    detail = SalesItemLineDetail()
    detail.ItemRef = Item.filter(Name="Consulting", qb=client)[0].to_ref()
    detail.TaxCodeRef = Ref()
    detail.TaxCodeRef.value = TaxCode.filter(Name="20.0% S", qb=client)[0].Id
    line = SalesItemLine()
    line.Amount = Decimal(amount)
    line.SalesItemLineDetail = detail
    invoice = Invoice()
    invoice.CustomerRef = Customer.filter(DisplayName="Nordwind Logistics plc", qb=client)[
        0
    ].to_ref()
    invoice.Line.append(line)
    for name, value in attributes.items():
        setattr(invoice, name, value)
    return invoice


def test_intuits_own_oauth_client(auth: Any) -> None:
    address = auth.get_authorization_url([Scopes.ACCOUNTING])
    assert address.startswith(auth.auth_endpoint)
    auth.refresh()
    assert auth.expires_in == 3600
    assert auth.x_refresh_token_expires_in > 8_000_000
    assert auth.revoke()
    with pytest.raises(AuthClientError) as caught:
        auth.refresh()
    assert caught.value.status_code == 400


def test_lists(client: Any, gb: CompanyClient) -> None:
    assert len(Customer.all(qb=client)) == 7
    assert len(Item.all(qb=client)) == 11
    assert {term.DueDays for term in Term.all(qb=client)} == {0, 15, 30, 45, 60}
    assert CompanyInfo.get(gb.seed.realm_id, qb=client).Country == "GB"
    assert Preferences.get(qb=client).SalesFormsPrefs.CustomTxnNumbers is True
    assert Customer.count("Active = true", qb=client) == 7


def test_an_invoices_life(client: Any) -> None:
    invoice = draft(client, DocNumber="PQ-1").save(qb=client, request_id="pq-1")
    assert invoice.TotalAmt == 120
    assert draft(client, DocNumber="PQ-1").save(qb=client, request_id="pq-1").Id == invoice.Id
    read = Invoice.get(invoice.Id, qb=client)
    read.PrivateNote = "changed"
    changed = read.save(qb=client)
    assert (changed.SyncToken, changed.PrivateNote, changed.TotalAmt) == ("1", "changed", 120)
    found = Invoice.filter(DocNumber="PQ-1", qb=client)
    assert [each.Id for each in found] == [invoice.Id]
    assert changed.download_pdf(qb=client).startswith(b"%PDF")
    changed.send(qb=client, send_to="ap@x.example")
    Invoice.get(invoice.Id, qb=client).void(qb=client)
    assert Invoice.get(invoice.Id, qb=client).TotalAmt == 0
    Invoice.get(invoice.Id, qb=client).delete(qb=client)
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(invoice.Id, qb=client)


def test_a_payments_life(client: Any) -> None:
    invoice = draft(client).save(qb=client)
    line = PaymentLine()
    line.Amount = Decimal(50)
    line.LinkedTxn = [invoice.to_linked_txn()]
    payment = Payment()
    payment.TotalAmt = Decimal(50)
    payment.CustomerRef = invoice.CustomerRef
    payment.Line = [line]
    saved = payment.save(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 70
    assert isinstance(saved.Line[0].LinkedTxn[0], LinkedTxn)
    Payment.get(saved.Id, qb=client).void(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 120


def test_faults_become_the_clients_exceptions(client: Any) -> None:
    draft(client, DocNumber="PQ-2").save(qb=client)
    with pytest.raises(QuickbooksException) as duplicate:
        draft(client, DocNumber="PQ-2").save(qb=client)
    assert duplicate.value.error_code == 6140
    with pytest.raises(ValidationException) as long:
        draft(client, DocNumber="N" * 30).save(qb=client)
    assert long.value.error_code == 2050


def test_batches_and_changes(client: Any) -> None:
    made = batch_create([draft(client, DocNumber=f"PQ-{n}") for n in range(40)], qb=client)
    assert len(made.successes) == 40
    assert made.faults == []
    again = batch_create([draft(client, DocNumber="PQ-7")], qb=client)
    assert again.faults[0].Error[0].code == "6140"
    batch_delete(made.successes[:1], qb=client)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    changes = change_data_capture([Invoice, Payment], yesterday.isoformat(), qb=client)
    assert len(changes.Invoice) == 40
