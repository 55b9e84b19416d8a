"""Invoices as real books hold them after some years: correct, allowed, and hard to send on.

The usual invoices are planted first; then each kind of trouble is made on some of them. Which
invoice has which trouble stands in the file's facts under ``nasty``, for tests to look up.
"""

# ruff: noqa: S608 - names are constants of this file, values go as parameters

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.seed.foundation import Foundation
from psaqb_desktop.practice.crm.seed.parties import Contract
from psaqb_desktop.practice.crm.seed.planter import Planter

Trouble = Callable[[Planter, str], None]
_LINE_MONEY = ("priceperunit", "baseamount", "extendedamount", "tax", "manualdiscountamount")
_DETAIL_MONEY = ("msdyn_price", "msdyn_amount", "msdyn_invoiceamount", "msdyn_tax")
_DETAIL_SUM = "msdyn_extendedamount"
_HEADER_MONEY = (
    "totalamount",
    "totallineitemamount",
    "totalamountlessfreight",
    "totaltax",
    "totaldiscountamount",
    "totallineitemdiscountamount",
    "discountamount",
    "freightamount",
)
_LONG_NAME = "Überlänge-" * 20
_CURRENCIES = (
    # code, name, symbol, places, units per US dollar
    ("JPY", "Japanese Yen", "¥", 0, Decimal("151.5")),
    ("KWD", "Kuwaiti Dinar", "د.ك", 3, Decimal("0.307")),
)
_STEP = {"JPY": 10_000, "KWD": 10}
"""Stored units (of a ten-thousandth) in the smallest coin of a currency."""


def plant_nasty(
    planter: Planter, foundation: Foundation, contracts: list[Contract], options: CrmOptions
) -> None:
    """Make trouble on the invoices that would be sent; equal seeds make equal trouble."""
    del options
    for code, name, symbol, places, rate in _CURRENCIES:
        foundation.currencies[code] = planter.add(
            "transactioncurrency",
            {
                "currencyname": name,
                "isocurrencycode": code,
                "currencysymbol": symbol,
                "currencyprecision": places,
                "exchangerate": rate,
            },
        )
    sound = [
        str(row[0])
        for row in planter.connection.execute(
            "SELECT invoiceid FROM invoice WHERE statecode = 0 AND pricingerrorcode = 0 AND "
            "totalamount > 0 AND (msdyn_projectinvoicestatus = 192350002 OR statuscode = 4) AND "
            "totalamount = totallineitemamount - totaldiscountamount + "
            "coalesce(freightamount, 0) + totaltax "
            "ORDER BY rowid"
        )
    ]
    troubles = _troubles(foundation, contracts)
    found: dict[str, list[str]] = {name: [] for name in troubles}
    # Every second invoice stays sound, as in life.
    for place, invoice_id in enumerate(sound[::2]):
        name = list(troubles)[place % len(troubles)]
        troubles[name](planter, invoice_id)
        found[name].append(invoice_id)
    planter.connection.execute("INSERT INTO \"#facts\" VALUES ('nasty', ?)", (json.dumps(found),))


def _troubles(foundation: Foundation, contracts: list[Contract]) -> dict[str, Trouble]:
    nowhere = next(contract for contract in contracts if contract.is_unroutable)

    def in_currency(code: str) -> Trouble:
        return lambda planter, row: _move_to(planter, row, foundation.currencies[code], code)

    return {
        "number of a hundred letters": lambda p, row: _set(p, row, invoicenumber=_number(p, row)),
        "repeated name": lambda p, row: _set(p, row, name="Monthly services"),
        "repeated number": lambda p, row: _set(p, row, invoicenumber="INV-2026-0001"),
        "unicode": _write_in_all_scripts,
        "zero total": lambda p, row: _scale(p, row, 0),
        "negative total": lambda p, row: _scale(p, row, -1),
        "correction": _correct,
        "retainer": _use_retainer,
        "JPY": in_currency("JPY"),
        "KWD": in_currency("KWD"),
        "no dates": lambda p, row: _set(p, row, msdyn_invoicedate=None, duedate=None),
        "total does not add up": lambda p, row: _shift(p, row, "totalamount", 100),
        "tax does not add up": lambda p, row: _shift(p, row, "totaltax", 700_000),
        "no legal entity": lambda p, row: _set(
            p, row, salesorderid=nowhere.contract_id, owningbusinessunit=nowhere.owner[1]
        ),
        "no lines": _without_lines,
        "no address": lambda p, row: _set(
            p, row, billto_line1=None, billto_city=None, billto_country=None, emailaddress=None
        ),
        "huge amounts": lambda p, row: _scale(p, row, 100_000),
    }


def _set(planter: Planter, invoice_id: str, **values: str | int | None) -> None:
    assignments = ", ".join(f'"{name}" = ?' for name in values)
    planter.connection.execute(
        f"UPDATE invoice SET {assignments} WHERE invoiceid = ?", [*values.values(), invoice_id]
    )


def _shift(planter: Planter, invoice_id: str, column: str, by: int) -> None:
    planter.connection.execute(
        f'UPDATE invoice SET "{column}" = "{column}" + ? WHERE invoiceid = ?', (by, invoice_id)
    )


def _number(planter: Planter, invoice_id: str) -> str:
    row = planter.connection.execute(
        "SELECT invoicenumber FROM invoice WHERE invoiceid = ?", (invoice_id,)
    ).fetchone()
    return f"{row[0]}/{_LONG_NAME}"[:100]


def _scale(planter: Planter, invoice_id: str, factor: int) -> None:
    """Multiply all amounts of an invoice; sums that added up still do."""
    for table, key, columns in (
        ("invoice", "invoiceid", _HEADER_MONEY),
        ("invoicedetail", "invoiceid", _LINE_MONEY),
        ("msdyn_invoicelinetransaction", "msdyn_invoice", (*_DETAIL_MONEY, _DETAIL_SUM)),
    ):
        for column in columns:
            planter.connection.execute(
                f'UPDATE {table} SET "{column}" = "{column}" * :factor, '
                f'"{column}_base" = "{column}_base" * :factor WHERE {key} = :id',
                {"factor": factor, "id": invoice_id},
            )


def _move_to(planter: Planter, invoice_id: str, currency_id: str, code: str) -> None:
    """Keep the invoice in another currency, every amount a whole number of its coins."""
    step = _STEP[code]
    for table, key, columns in (
        ("invoicedetail", "invoiceid", _LINE_MONEY),
        ("msdyn_invoicelinetransaction", "msdyn_invoice", (*_DETAIL_MONEY, _DETAIL_SUM)),
        ("invoice", "invoiceid", _HEADER_MONEY),
    ):
        rounded = ", ".join(f'"{name}" = "{name}" / {step} * {step}' for name in columns)
        planter.connection.execute(
            f"UPDATE {table} SET transactioncurrencyid = ?, {rounded} WHERE {key} = ?",
            (currency_id, invoice_id),
        )
    planter.connection.execute(
        "UPDATE invoicedetail SET extendedamount = baseamount - manualdiscountamount + tax "
        "WHERE invoiceid = ?",
        (invoice_id,),
    )
    _add_up(planter, invoice_id)


def _add_up(planter: Planter, invoice_id: str) -> None:
    planter.connection.execute(
        "UPDATE invoice SET totallineitemamount = (SELECT coalesce(sum(extendedamount - tax), 0) "
        "FROM invoicedetail d WHERE d.invoiceid = invoice.invoiceid), totaltax = (SELECT "
        "coalesce(sum(tax), 0) FROM invoicedetail d WHERE d.invoiceid = invoice.invoiceid) "
        "WHERE invoiceid = ?",
        (invoice_id,),
    )
    planter.connection.execute(
        "UPDATE invoice SET totalamountlessfreight = totallineitemamount - totaldiscountamount, "
        "totalamount = totallineitemamount - totaldiscountamount + coalesce(freightamount, 0) "
        "+ totaltax WHERE invoiceid = ?",
        (invoice_id,),
    )


def _write_in_all_scripts(planter: Planter, invoice_id: str) -> None:
    name = "Ångström & Søn “Ω” – 東京支店 – شركة – 👩🏽‍💻 e\u0301 ﬁ\u00a0<b>&amp;</b>"
    _set(planter, invoice_id, name=name, billto_name=name, description=f"{name}\r\n\t{name}")
    planter.connection.execute(
        "UPDATE invoicedetail SET description = ?, productdescription = ?, invoicedetailname = ? "
        "WHERE invoiceid = ?",
        (f"{name}\n{name}", name, name, invoice_id),
    )
    planter.connection.execute(
        "UPDATE msdyn_invoicelinetransaction SET msdyn_description = ?, "
        "msdyn_externaldescription = ? WHERE msdyn_invoice = ?",
        (name[:100], name[:100], invoice_id),
    )


def _correct(planter: Planter, invoice_id: str) -> None:
    _scale(planter, invoice_id, -1)
    _set(planter, invoice_id, msdyn_hascorrections=1)
    for statement in (
        "UPDATE invoicedetail SET msdyn_iscorrection = 1 WHERE invoiceid = ?",
        "UPDATE msdyn_invoicelinetransaction SET msdyn_correction = 1 WHERE msdyn_invoice = ?",
    ):
        planter.connection.execute(statement, (invoice_id,))


def _use_retainer(planter: Planter, invoice_id: str) -> None:
    """A last line that uses up an advance to the last cent of the net amount."""
    _set(planter, invoice_id, discountamount=None, totaldiscountamount=0)
    planter.connection.execute(
        "UPDATE invoicedetail SET msdyn_retainertype = 192350001, quantity = 100000, "
        "priceperunit = -abs(priceperunit), baseamount = -abs(priceperunit), tax = 0, "
        "manualdiscountamount = 0, extendedamount = -abs(priceperunit), "
        "invoicedetailname = 'Retainer used' WHERE rowid = "
        "(SELECT max(rowid) FROM invoicedetail WHERE invoiceid = ?)",
        (invoice_id,),
    )
    _add_up(planter, invoice_id)


def _without_lines(planter: Planter, invoice_id: str) -> None:
    for statement in (
        "DELETE FROM msdyn_invoicelinetransaction WHERE msdyn_invoice = ?",
        "DELETE FROM invoicedetail WHERE invoiceid = ?",
    ):
        planter.connection.execute(statement, (invoice_id,))
