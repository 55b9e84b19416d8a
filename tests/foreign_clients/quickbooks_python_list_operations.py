"""Operations of python-quickbooks on lists, batches, changes and attachments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    ObjectNotFoundException,
    QuickbooksException,
)
from quickbooks.objects.account import Account
from quickbooks.objects.attachable import Attachable
from quickbooks.objects.base import AttachableRef, EmailAddress
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.customer import Customer
from quickbooks.objects.department import Department
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.paymentmethod import PaymentMethod
from quickbooks.objects.preferences import Preferences
from quickbooks.objects.taxagency import TaxAgency
from quickbooks.objects.taxcode import TaxCode
from quickbooks.objects.taxrate import TaxRate
from quickbooks.objects.term import Term
from quickbooks.objects.trackingclass import Class
from quickbooks.objects.vendor import Vendor

from tests.foreign_clients.quickbooks_python_operations import (
    draft,
    fresh,
    operation,
    reference,
    refused,
)


@operation("create, read and update a customer")
def customers(client: Any) -> None:
    made = Customer()
    made.DisplayName = fresh("Customer")
    made.CurrencyRef = reference("EUR")
    made.PrimaryEmailAddr = EmailAddress()
    made.PrimaryEmailAddr.Address = "a@b.example"
    saved = made.save(qb=client)
    saved.CompanyName = "Sub GmbH"
    assert saved.save(qb=client).CompanyName == "Sub GmbH"
    child = Customer()
    child.DisplayName, child.Job = fresh("Project"), True
    child.ParentRef = saved.to_ref()
    child.CurrencyRef = reference("EUR")
    assert child.save(qb=client).FullyQualifiedName.startswith(f"{saved.DisplayName}:")


@operation("a name that is taken")
def taken_name(client: Any) -> None:
    made = Customer()
    made.DisplayName = "Metro Telecom"
    refused(6240, QuickbooksException, lambda: made.save(qb=client))


@operation("make a customer inactive")
def inactive(client: Any) -> None:
    made = Customer()
    made.DisplayName = fresh("Customer")
    saved = made.save(qb=client)
    saved.Active = False
    saved.save(qb=client)
    assert Customer.filter(DisplayName=made.DisplayName, qb=client) == []
    assert Customer.filter(Active=False, DisplayName=made.DisplayName, qb=client)


@operation("items, terms, classes, departments, vendors: create")
def create_lists(client: Any) -> None:
    item = Item()
    item.Name, item.Type, item.Sku = fresh("Item"), "Service", "SKU-1"
    item.IncomeAccountRef = Account.filter(Name="Sales of services", qb=client)[0].to_ref()
    assert item.save(qb=client).Sku == "SKU-1"
    for kind in (Class, Department):
        made = kind()
        made.Name = fresh(kind.__name__)
        assert made.save(qb=client).FullyQualifiedName == made.Name
    term = Term()
    term.Name, term.DueDays = fresh("Net"), 10
    assert term.save(qb=client).DueDays == 10
    vendor = Vendor()
    vendor.DisplayName = fresh("Vendor")
    assert vendor.save(qb=client).DisplayName == vendor.DisplayName


@operation("tax codes, rates and agencies")
def taxes(client: Any) -> None:
    code = TaxCode.filter(Name="20.0% S", qb=client)[0]
    rate_id = code.SalesTaxRateList.TaxRateDetail[0].TaxRateRef.value
    assert TaxRate.get(rate_id, qb=client).RateValue == 20
    assert TaxAgency.all(qb=client)


@operation("payment methods and accounts")
def small_lists(client: Any) -> None:
    assert {"Check", "Cash"} <= {each.Name for each in PaymentMethod.all(qb=client)}
    assert Account.filter(AccountType="Bank", qb=client)


@operation("company information and preferences")
def company(client: Any) -> None:
    assert CompanyInfo.get(client.company_id, qb=client).Country == "GB"
    read = Preferences.get(qb=client)
    assert read.SalesFormsPrefs.CustomTxnNumbers is True
    assert read.CurrencyPrefs.MultiCurrencyEnabled is True


@operation("batch: create, update and delete")
def batches(client: Any) -> None:
    wanted = [draft(client, DocNumber=fresh("B")) for _ in range(35)]
    made = batch_create(wanted, qb=client)
    assert (len(made.successes), made.faults) == (35, [])
    for each in made.successes[:3]:
        each.PrivateNote = "batch"
    changed = batch_update(made.successes[:3], qb=client)
    assert {each.PrivateNote for each in changed.successes} == {"batch"}
    gone = batch_delete(changed.successes, qb=client)
    assert len(gone.successes) == 3


@operation("batch: one item fails, the others do not")
def batch_faults(client: Any) -> None:
    number = fresh("B")
    draft(client, DocNumber=number).save(qb=client)
    both = [draft(client, DocNumber=number), draft(client, DocNumber=fresh("B"))]
    answer = batch_create(both, qb=client)
    assert len(answer.successes) == 1
    assert answer.faults[0].Error[0].code == "6140"


@operation("change data capture")
def changes(client: Any) -> None:
    kept, gone = (draft(client).save(qb=client) for _ in range(2))
    gone.delete(qb=client)
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    found = change_data_capture([Invoice, Customer], since, qb=client)
    by_id = {each.Id: each for each in found.Invoice}
    assert by_id[kept.Id].TotalAmt == 120
    assert by_id[gone.Id].status == "Deleted"


@operation("attach a file by its path and download it")
def attach_path(client: Any) -> None:
    path = Path(__file__).with_name("quickbooks_attachment.txt")
    invoice = draft(client).save(qb=client)
    made = Attachable()
    made.FileName, made.ContentType = "timesheet.txt", "text/plain"
    link = AttachableRef()
    link.EntityRef = invoice.to_ref() if hasattr(invoice, "to_ref") else reference(invoice.Id)
    link.EntityRef.type = "Invoice"
    made.AttachableRef.append(link)
    made._FilePath = str(path)
    made.save(qb=client)
    read = Attachable.get(made.Id, qb=client)
    assert read.AttachableRef[0].EntityRef.value == invoice.Id
    assert requests.get(read.TempDownloadUri, timeout=30).content == path.read_bytes()
    of = "AttachableRef.EntityRef"
    where = f"{of}.Type = 'Invoice' AND {of}.Value = '{invoice.Id}'"
    assert [each.Id for each in Attachable.where(where, qb=client)] == [made.Id]


@operation("attach bytes")
def attach_bytes(client: Any) -> None:
    made = Attachable()
    made.FileName, made.ContentType = f"{fresh()}.pdf", "application/pdf"
    made._FileBytes = b"%PDF-1.4 \x00\xff\r\n--not a boundary--"
    made.save(qb=client)
    read = Attachable.filter(FileName=made.FileName, qb=client)[0]
    assert read.Size == len(made._FileBytes)
    assert requests.get(read.TempDownloadUri, timeout=30).content == made._FileBytes


@operation("attach a note, change it, delete it")
def attach_note(client: Any) -> None:
    made = Attachable()
    made.Note = "Called the customer"
    made.save(qb=client)
    read = Attachable.get(made.Id, qb=client)
    read.Note = "Called twice"
    read.save(qb=client)
    again = Attachable.get(made.Id, qb=client)
    assert again.Note == "Called twice"
    again.delete(qb=client)
    refused(610, ObjectNotFoundException, lambda: Attachable.get(made.Id, qb=client))
