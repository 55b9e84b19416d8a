"""Whatever is paid, credited, voided and deleted: the books add up, to the last unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.company_packs import AU
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault
from psaqb_desktop.practice.quickbooks.operations import perform
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.store import savepoint

CUSTOMERS = {"Wattle Homes": "0.01", "Sakura Trading KK": "1", "Gulf Supplies WLL": "0.001"}
RATES = {"Wattle Homes": "1", "Sakura Trading KK": "0.0103", "Gulf Supplies WLL": "4.95"}
CENT = Decimal("0.01")

amounts = st.decimals("0.001", "5000", places=3)
steps = st.one_of(
    st.tuples(st.just("invoice"), amounts, st.sampled_from(["GST", "GST free"])),
    st.tuples(st.just("deposit"), amounts, st.decimals("0", "1", places=2)),
    st.tuples(st.just("memo"), amounts, st.just("GST")),
    st.tuples(st.just("pay"), amounts, st.lists(amounts, max_size=3)),
    st.tuples(st.just("use credit"), amounts, st.just("")),
    st.tuples(st.just("void payment"), st.integers(0, 9), st.just("")),
    st.tuples(st.just("delete payment"), st.integers(0, 9), st.just("")),
    st.tuples(st.just("void invoice"), st.integers(0, 9), st.just("")),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeQuickBooks]:
    folder = tmp_path_factory.mktemp("ledger")
    made = PracticeQuickBooks(folder, "", QuickBooksOptions())
    yield made
    made.close()


class UndoneError(Exception):
    """Takes the example out of the books again."""


@dataclass
class Ledger:
    """One customer's documents, made as clients make them; what is refused changes nothing."""

    books: Books
    customer: str
    refused: list[str] = field(default_factory=list)

    def do(self, kind: str, operation: str, sent: dict[str, Any], *include: str) -> None:
        try:
            with savepoint(self.books.rows.connection):
                perform(self.books, kind, operation, sent, include)
        except ApiFault as fault:
            self.refused.append(fault.detail)

    def all(self, kind: str) -> list[Body]:
        return [row.body for row in self.books.rows.all(kind)]

    def common(self) -> dict[str, Any]:
        row = self.books.rows.with_name("Customer", "DisplayName", self.customer)
        assert row is not None
        rate = {"ExchangeRate": Decimal(RATES[self.customer])}
        return {"CustomerRef": {"value": row.id}} | (rate if RATES[self.customer] != "1" else {})

    def form(self, kind: str, amount: Decimal, code: str, **more: Any) -> None:
        item = self.books.rows.with_name("Item", "Name", "Consulting")
        tax = self.books.rows.with_name("TaxCode", "Name", code)
        assert item is not None
        assert tax is not None
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": item.id},
                "TaxCodeRef": {"value": tax.id},
            },
        }
        self.do(kind, "create", {**self.common(), "Line": [line], **more})

    def pay(self, amount: Decimal, *targets: tuple[str, str, Decimal]) -> None:
        lines = [
            {"Amount": applied, "LinkedTxn": [{"TxnId": target, "TxnType": kind}]}
            for kind, target, applied in targets
        ]
        self.do("Payment", "create", {**self.common(), "TotalAmt": amount, "Line": lines})

    def nth(self, kind: str, number: int) -> dict[str, Any] | None:
        found = self.all(kind)
        if not found:
            return None
        body = found[number % len(found)]
        return {"Id": body["Id"], "SyncToken": body["SyncToken"], "sparse": True}

    def step(self, what: str, first: Any, second: Any) -> None:
        invoices, memos = self.all("Invoice"), self.all("CreditMemo")
        if what == "invoice":
            self.form("Invoice", first, second)
        elif what == "deposit":
            self.form("Invoice", first, "GST", Deposit=first * second)
        elif what == "memo":
            self.form("CreditMemo", first, second)
        elif what == "pay":
            targets = zip(invoices, second, strict=False)
            self.pay(first, *(("Invoice", body["Id"], applied) for body, applied in targets))
        elif what == "use credit" and invoices and memos:
            used = ("CreditMemo", memos[-1]["Id"], first)
            self.pay(Decimal(0), ("Invoice", invoices[-1]["Id"], first), used)
        elif what.endswith("payment") and (sent := self.nth("Payment", first)):
            void = what.startswith("void")
            self.do("Payment", "update" if void else "delete", sent, *(["void"] if void else []))
        elif what == "void invoice" and (sent := self.nth("Invoice", first)):
            self.do("Invoice", "void", sent)

    def must_add_up(self, unit: Decimal) -> None:
        applied: dict[tuple[str, str], Decimal] = {}
        for payment in self.all("Payment"):
            left = payment["TotalAmt"]
            for line in payment["Line"]:
                (link,) = line["LinkedTxn"]
                key = (link["TxnType"], link["TxnId"])
                applied[key] = applied.get(key, Decimal(0)) + line["Amount"]
                left += line["Amount"] if link["TxnType"] == "CreditMemo" else -line["Amount"]
            assert payment["UnappliedAmt"] == left >= 0
        for kind in ("Invoice", "CreditMemo"):
            for body in self.all(kind):
                taxes = body["TxnTaxDetail"]["TotalTax"]
                nets = sum(line["Amount"] for line in body["Line"] if "Id" in line)
                assert body["TotalAmt"] == nets + taxes
                paid = applied.pop((kind, body["Id"]), Decimal(0))
                assert body["Balance"] == body["TotalAmt"] - body.get("Deposit", 0) - paid >= 0
                self._must_be_whole(body, unit)
                rate = Decimal(str(body["ExchangeRate"]))
                for home, own in (("HomeTotalAmt", "TotalAmt"), ("HomeBalance", "Balance")):
                    assert body[home] == (body[own] * rate).quantize(CENT, ROUND_HALF_UP)
        assert applied == {}, "nothing is paid that is not there"

    def _must_be_whole(self, body: Body, unit: Decimal) -> None:
        for name in ("TotalAmt", "Balance"):
            assert body[name] == Decimal(body[name]).quantize(unit)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    customer=st.sampled_from(sorted(CUSTOMERS)),
    own_decimals=st.booleans(),
    taken=st.lists(steps, min_size=2, max_size=10),
)
def test_the_books_add_up(
    service: PracticeQuickBooks,
    customer: str,
    taken: list[tuple[str, Any, Any]],
    *,
    own_decimals: bool,
) -> None:
    service.change_options({"rounds_to_currency": own_decimals})
    unit = Decimal(CUSTOMERS[customer]) if own_decimals else CENT
    with suppress(UndoneError), service.writing(AU.realm_id) as books:
        ledger = Ledger(books, customer)
        for step in taken:
            ledger.step(*step)
            ledger.must_add_up(unit)
        raise UndoneError
