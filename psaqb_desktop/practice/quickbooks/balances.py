"""What is still open on invoices and credit memos, after payments."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from psaqb_desktop.practice.quickbooks.applications import Application
from psaqb_desktop.practice.quickbooks.books import Books, rounded
from psaqb_desktop.practice.quickbooks.currencies import home_amount, unit_of_body
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.payment_lines import money, write_lines

_ZERO = Decimal(0)


def with_balance(books: Books, kind: str, body: Body, applied: Iterable[Application]) -> Body:
    """The body with its balance and with links to the payments behind it.

    A deposit lowers the balance without any link; so total minus balance is the only truth about
    what was paid.
    """
    applied = list(applied)
    paid = sum((application.amount for application in applied), _ZERO)
    payable = money(body, "TotalAmt") - money(body, "Deposit")
    balance = rounded(payable - paid, unit_of_body(books, body))
    payments = dict.fromkeys(application.payment_id for application in applied)
    result = {
        **body,
        "LinkedTxn": [{"TxnId": payment, "TxnType": "Payment"} for payment in payments],
        "Balance": balance,
    }
    if kind == "CreditMemo":
        result["RemainingCredit"] = balance
    if books.company.is_multicurrency:
        result["HomeBalance"] = home_amount(books, body, balance)
    return result


def refresh(books: Books, targets: Iterable[tuple[str, str]]) -> None:
    """Writes new balances after payments changed.

    SyncToken and LastUpdatedTime move on: whoever read the invoice before the payment came must
    read it again before changing it.
    """
    for kind, record_id in dict.fromkeys(targets):
        row = books.rows.get(kind, record_id)
        if row is None or row.deleted:
            continue
        applied = books.applications.to_target(kind, record_id)
        books.rows.replace(
            row,
            with_balance(books, kind, row.body, applied),
            moves_time=books.options.payment_moves_last_updated,
        )


def release_surplus(books: Books, row: EntityRow, most: Decimal) -> list[Application]:
    """Takes payments back so far that they come to ``most`` on this record, the latest first.

    What is taken back stays with the payment as unapplied. Returns what stays applied.
    """
    applied = books.applications.to_target(row.kind, row.id)
    surplus = sum((application.amount for application in applied), _ZERO) - most
    for application in reversed(applied):
        if surplus <= 0:
            break
        taken = min(surplus, application.amount)
        surplus -= taken
        _take_back(books, application, taken)
    return books.applications.to_target(row.kind, row.id)


def _take_back(books: Books, application: Application, taken: Decimal) -> None:
    left: list[Application] = []
    for line in books.applications.of_payment(application.payment_id):
        if line != application:
            left.append(line)
        elif line.amount > taken:
            left.append(
                Application(
                    line.payment_id,
                    line.line,
                    line.target_kind,
                    line.target_id,
                    line.amount - taken,
                )
            )
    payment = books.existing("Payment", application.payment_id)
    books.applications.replace(payment.id, left)
    books.rows.replace(payment, write_lines(books, payment.body, left))
