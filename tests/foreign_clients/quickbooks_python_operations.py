"""Every operation of python-quickbooks that practice QuickBooks models, one function each.

The names are the rows of ``QUICKBOOKS_OPERATIONS.md``. Each function asserts what the caller of
the client sees; none looks behind the service.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import requests
from quickbooks.exceptions import (
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
    UnsupportedException,
    ValidationException,
)
from quickbooks.objects.base import Address, EmailAddress, LinkedTxn, Ref
from quickbooks.objects.creditmemo import CreditMemo
from quickbooks.objects.customer import Customer
from quickbooks.objects.detailline import (
    DescriptionOnlyLine,
    DiscountLine,
    DiscountLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.estimate import Estimate
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.payment import Payment, PaymentLine
from quickbooks.objects.taxcode import TaxCode

Operation = Callable[[Any], None]
OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Enter a function under the name of its row."""

    def enter(function: Operation) -> Operation:
        assert name not in OPERATIONS, name
        OPERATIONS[name] = function
        return function

    return enter


def fresh(prefix: str = "PQ") -> str:
    """A number or name that no other operation uses."""
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def reference(value: str) -> Ref:
    made = Ref()
    made.value = value
    return made


def sold(client: Any, amount: str) -> SalesItemLine:
    detail = SalesItemLineDetail()
    detail.ItemRef = Item.filter(Name="Consulting", qb=client)[0].to_ref()
    detail.TaxCodeRef = reference(TaxCode.filter(Name="20.0% S", qb=client)[0].Id)
    line = SalesItemLine()
    line.Amount = Decimal(amount)
    line.SalesItemLineDetail = detail
    return line


def the_customer(client: Any) -> Ref:
    return Customer.filter(DisplayName="Nordwind Logistics plc", qb=client)[0].to_ref()


def draft(client: Any, amount: str = "100.00", kind: type[Any] = Invoice, **more: Any) -> Any:
    made = kind()
    made.CustomerRef = the_customer(client)
    made.Line.append(sold(client, amount))
    for name, value in more.items():
        setattr(made, name, value)
    return made


def payment_of(client: Any, amount: str, *forms: Any) -> Payment:
    made = Payment()
    made.TotalAmt = Decimal(amount)
    made.CustomerRef = the_customer(client)
    for form in forms:
        line = PaymentLine()
        line.Amount = Decimal(amount) / len(forms)
        line.LinkedTxn = [form.to_linked_txn()]
        made.Line.append(line)
    return made


def refused(code: int, error: type[Exception], function: Callable[[], object]) -> None:
    with pytest.raises(error) as caught:
        function()
    assert getattr(caught.value, "error_code", None) == code


@operation("create an invoice")
def create_invoice(client: Any) -> None:
    made = draft(client, DocNumber=fresh()).save(qb=client)
    assert (made.SyncToken, made.TotalAmt, made.Balance) == ("0", 120, 120)
    assert made.TxnTaxDetail.TotalTax == 20


@operation("create an invoice with discount, remark, memo and addresses")
def create_full_invoice(client: Any) -> None:
    wanted = draft(client)
    remark = DescriptionOnlyLine()
    remark.Description = "Phase 2 – Übergabe"
    discount = DiscountLine()
    discount.DiscountLineDetail = DiscountLineDetail()
    discount.DiscountLineDetail.PercentBased = True
    discount.DiscountLineDetail.DiscountPercent = 10
    wanted.Line += [remark, discount]
    wanted.BillEmail = EmailAddress()
    wanted.BillEmail.Address = "ap@nordwind.example"
    wanted.BillAddr = Address()
    wanted.BillAddr.Line1, wanted.BillAddr.City = "30 Fleet St", "London"
    wanted.PrivateNote = "from python-quickbooks"
    made = wanted.save(qb=client)
    assert made.TotalAmt == 108
    assert [line.DetailType for line in made.Line][-1] == "DiscountLineDetail"
    assert made.BillAddr.City == "London"


@operation("create with a request id, twice")
def create_twice(client: Any) -> None:
    key, number = fresh("request"), fresh()
    first = draft(client, DocNumber=number).save(qb=client, request_id=key)
    again = draft(client, DocNumber=number).save(qb=client, request_id=key)
    assert again.Id == first.Id


@operation("create with a number that may repeat")
def create_with_repeated_number(client: Any) -> None:
    number = fresh()
    first = draft(client, DocNumber=number).save(qb=client)
    params = {"include": "allowduplicatedocnum"}
    other = draft(client, DocNumber=number).save(qb=client, params=params)
    assert other.Id != first.Id
    assert len(Invoice.filter(DocNumber=number, qb=client)) == 2


@operation("a number that is taken")
def taken_number(client: Any) -> None:
    number = fresh()
    draft(client, DocNumber=number).save(qb=client)
    refused(6140, QuickbooksException, lambda: draft(client, DocNumber=number).save(qb=client))


@operation("read an invoice")
def read_invoice(client: Any) -> None:
    made = draft(client).save(qb=client)
    read = Invoice.get(made.Id, qb=client)
    assert read.CustomerRef.name == "Nordwind Logistics plc"
    assert isinstance(read.TotalAmt, Decimal | int)


@operation("read what is not there")
def read_missing(client: Any) -> None:
    refused(610, ObjectNotFoundException, lambda: Invoice.get("987654321", qb=client))


@operation("full update of an invoice")
def update_invoice(client: Any) -> None:
    made = draft(client).save(qb=client)
    made.PrivateNote = "changed"
    changed = made.save(qb=client)
    assert (changed.SyncToken, changed.PrivateNote, changed.TotalAmt) == ("1", "changed", 120)


@operation("sparse update of a customer")
def sparse_update(client: Any) -> None:
    made = Customer()
    made.DisplayName = fresh("Customer")
    saved = made.save(qb=client)
    change = Customer()
    change.Id, change.SyncToken, change.sparse = saved.Id, saved.SyncToken, True
    change.Notes = "kept name"
    change.DisplayName = saved.DisplayName
    assert change.save(qb=client).Notes == "kept name"


@operation("update with an old version")
def stale_update(client: Any) -> None:
    made = draft(client).save(qb=client)
    old = Invoice.get(made.Id, qb=client)
    made.save(qb=client)
    refused(5010, QuickbooksException, lambda: old.save(qb=client))


@operation("void an invoice")
def void_invoice(client: Any) -> None:
    made = draft(client).save(qb=client)
    made.void(qb=client)
    read = Invoice.get(made.Id, qb=client)
    assert (read.TotalAmt, read.Balance) == (0, 0)
    assert read.PrivateNote.startswith("Voided")


@operation("delete an invoice")
def delete_invoice(client: Any) -> None:
    made = draft(client).save(qb=client)
    made.delete(qb=client)
    refused(610, ObjectNotFoundException, lambda: Invoice.get(made.Id, qb=client))


@operation("send an invoice")
def send_invoice(client: Any) -> None:
    made = draft(client).save(qb=client)
    made.send(qb=client, send_to="ap+1@nordwind.example")
    read = Invoice.get(made.Id, qb=client)
    assert read.EmailStatus == "EmailSent"
    assert read.BillEmail.Address == "ap+1@nordwind.example"


@operation("download an invoice as PDF")
def invoice_pdf(client: Any) -> None:
    assert draft(client).save(qb=client).download_pdf(qb=client).startswith(b"%PDF")


@operation("create, read, update and delete a credit memo")
def credit_memo(client: Any) -> None:
    made = draft(client, "50.00", CreditMemo).save(qb=client)
    assert made.RemainingCredit == 60
    read = CreditMemo.get(made.Id, qb=client)
    read.PrivateNote = "credit"
    assert read.save(qb=client).PrivateNote == "credit"
    CreditMemo.get(made.Id, qb=client).delete(qb=client)
    refused(610, ObjectNotFoundException, lambda: CreditMemo.get(made.Id, qb=client))


@operation("receive a payment of one invoice")
def receive_payment(client: Any) -> None:
    invoice = draft(client).save(qb=client)
    made = payment_of(client, "50.00", invoice).save(qb=client)
    read = Invoice.get(invoice.Id, qb=client)
    assert (read.Balance, read.SyncToken) == (70, "1")
    assert isinstance(made.Line[0].LinkedTxn[0], LinkedTxn)
    assert read.LinkedTxn[0].TxnId == made.Id


@operation("receive a payment of several invoices")
def receive_payment_of_two(client: Any) -> None:
    invoices = [draft(client).save(qb=client) for _ in range(2)]
    payment_of(client, "240.00", *invoices).save(qb=client)
    assert [Invoice.get(each.Id, qb=client).Balance for each in invoices] == [0, 0]


@operation("receive a payment on account")
def receive_unapplied(client: Any) -> None:
    made = payment_of(client, "75.00").save(qb=client)
    assert made.UnappliedAmt == 75


@operation("apply a credit memo by a payment of nothing")
def apply_credit(client: Any) -> None:
    invoice = draft(client).save(qb=client)
    memo = draft(client, "50.00", CreditMemo).save(qb=client)
    made = payment_of(client, "120.00", invoice, memo)
    made.TotalAmt = Decimal(0)
    made.save(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 60
    assert CreditMemo.get(memo.Id, qb=client).RemainingCredit == 0


@operation("update a payment")
def update_payment(client: Any) -> None:
    invoice = draft(client).save(qb=client)
    made = payment_of(client, "50.00", invoice).save(qb=client)
    read = Payment.get(made.Id, qb=client)
    read.TotalAmt = Decimal(20)
    read.Line[0].Amount = Decimal(20)
    read.save(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 100


@operation("void a payment")
def void_payment(client: Any) -> None:
    invoice = draft(client).save(qb=client)
    made = payment_of(client, "50.00", invoice).save(qb=client)
    Payment.get(made.Id, qb=client).void(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 120
    assert Payment.get(made.Id, qb=client).TotalAmt == 0


@operation("delete a payment")
def delete_payment(client: Any) -> None:
    invoice = draft(client).save(qb=client)
    made = payment_of(client, "50.00", invoice).save(qb=client)
    Payment.get(made.Id, qb=client).delete(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 120


@operation("list, filter, choose, count and order")
def queries(client: Any) -> None:
    numbers = [fresh("Q") for _ in range(3)]
    made = [draft(client, DocNumber=number).save(qb=client) for number in numbers]
    ids = [each.Id for each in made]
    assert {each.Id for each in Invoice.choose(ids, qb=client)} == set(ids)
    assert Invoice.filter(DocNumber=numbers[1], qb=client)[0].Id == ids[1]
    assert Invoice.count(f"DocNumber = '{numbers[0]}'", qb=client) == 1
    found = Invoice.where("DocNumber LIKE 'Q-%'", order_by="DocNumber DESC", qb=client)
    assert [each.DocNumber for each in found] == sorted(
        (each.DocNumber for each in found), reverse=True
    )
    assert Customer.all(order_by="DisplayName", max_results=2, qb=client)[0].Id


@operation("page through a list")
def paging(client: Any) -> None:
    for _ in range(3):
        draft(client).save(qb=client)
    total = Invoice.count(qb=client)
    seen: list[str] = []
    while page := Invoice.all(start_position=len(seen) + 1, max_results=2, qb=client):
        seen += [each.Id for each in page]
    assert len(seen) == len(set(seen)) == total


@operation("names with apostrophes in a query")
def apostrophes(client: Any) -> None:
    made = Customer()
    made.DisplayName = f"O'Hara & Søn {fresh()}"
    made.save(qb=client)
    assert Customer.filter(DisplayName=made.DisplayName, qb=client)[0].Id == made.Id


@operation("a query that cannot be answered")
def wrong_query(client: Any) -> None:
    refused(4001, ValidationException, lambda: Invoice.where("PrivateNote = 'x'", qb=client))
    refused(4000, ValidationException, lambda: Invoice.where("a or b", qb=client))


@operation("raw query")
def raw_query(client: Any) -> None:
    answer = client.query("select count(*) from Term")
    assert answer["QueryResponse"]["totalCount"] >= 5


@operation("too long a number")
def too_long(client: Any) -> None:
    refused(2050, ValidationException, lambda: draft(client, DocNumber="N" * 22).save(qb=client))


@operation("an entity that is not modelled is refused")
def not_modelled(client: Any) -> None:
    refused(500, UnsupportedException, lambda: Estimate.get("1", qb=client))
    refused(500, UnsupportedException, lambda: client.get_report("ProfitAndLoss"))


@operation("an internal error is told as such")
def internal_error(client: Any) -> None:
    rule = {"fault": "internal_error", "path": "/v3/company/*/invoice"}
    base = client.api_url.removesuffix("/v3")
    requests.post(f"{base}/_practice/faults", json=rule, timeout=30).raise_for_status()
    refused(10000, SevereException, lambda: draft(client).save(qb=client))
