from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from psaqb_desktop.adapters.dataverse.line_records import LineRows, read_lines
from psaqb_desktop.adapters.dataverse.odata import FORMATTED
from psaqb_desktop.domain.invoice_line import InvoiceLine, LineSource

_LINE = "10000000-0000-4000-8000-000000000001"
_TIME, _EXPENSE, _MILESTONE, _TAX = 192350000, 192350001, 192350003, 690970002
_CHARGEABLE, _NON_CHARGEABLE = 192350001, 192350000


def _project_line(**columns: Any) -> dict[str, Any]:
    return {
        "invoicedetailid": _LINE,
        "invoicedetailname": "Implementation",
        "producttypecode": 5,
        "quantity": Decimal(1),
        "priceperunit": Decimal(300),
        "tax": Decimal("20.00"),
        "extendedamount": Decimal("320.00"),
        **columns,
    }


def _detail(
    number: int, amount: str, classification: int = _TIME, **columns: Any
) -> dict[str, Any]:
    key = f"20000000-0000-4000-8000-{number:012d}"
    return {
        "msdyn_invoicelinetransactionid": key,
        "msdyn_transactionclassification": classification,
        "msdyn_billingtype": _CHARGEABLE,
        "msdyn_description": f"Work {number}",
        "msdyn_quantity": Decimal("2.00"),
        "msdyn_price": Decimal("50.0000"),
        "msdyn_amount": Decimal(amount),
        "_msdyn_resourcecategory_value": "30000000-0000-4000-8000-000000000001",
        f"_msdyn_resourcecategory_value@{FORMATTED}": "Consultant",
        "msdyn_startdatetime": f"2026-07-{number:02d}T00:00:00Z",
        **columns,
    }


def _read(line: dict[str, Any], *details: dict[str, Any]) -> tuple[InvoiceLine, ...]:
    return read_lines(LineRows([line], {_LINE: details}), {})


def test_a_project_line_gives_way_to_its_chargeable_details() -> None:
    lines = _read(
        _project_line(),
        _detail(2, "200.00"),
        _detail(1, "100.00"),
        _detail(3, "999.00", msdyn_billingtype=_NON_CHARGEABLE),
    )
    assert [line.number for line in lines] == [1, 2]
    assert [line.net for line in lines] == [Decimal("100.00"), Decimal("200.00")]
    assert [line.tax for line in lines] == [Decimal("6.67"), Decimal("13.33")]
    assert lines[0].source is LineSource.ROLE
    assert lines[0].source_record.name == "Consultant"
    assert lines[0].service_date == date(2026, 7, 1)
    assert (lines[0].quantity, lines[0].unit_price) == (Decimal(2), Decimal("50.00"))


def test_the_details_own_tax_counts_where_it_agrees_with_the_line() -> None:
    lines = _read(
        _project_line(),
        _detail(1, "100.00", msdyn_tax=Decimal("20.00")),
        _detail(2, "200.00", msdyn_tax=Decimal(0)),
    )
    assert [line.tax for line in lines] == [Decimal("20.00"), Decimal("0.00")]


def test_what_was_invoiced_before_is_not_charged_again() -> None:
    (line,) = _read(
        _project_line(tax=Decimal(0)), _detail(1, "100.00", msdyn_invoiceamount=Decimal("-40.00"))
    )
    assert line.net == Decimal("-40.00")


def test_tax_details_are_not_lines_of_their_own() -> None:
    lines = _read(_project_line(), _detail(1, "300.00"), _detail(2, "20.00", _TAX))
    assert [line.net for line in lines] == [Decimal("300.00")]
    assert lines[0].tax == Decimal("20.00")


def test_a_milestone_is_known_by_its_class_in_every_language() -> None:
    column = "msdyn_transactionclassification"
    (line,) = _read(
        _project_line(),
        _detail(1, "300.00", _MILESTONE, **{f"{column}@{FORMATTED}": "Meilenstein"}),
    )
    assert line.source is LineSource.CLASSIFICATION
    assert (line.source_record.id, line.source_record.name) == ("Milestone", "Meilenstein")


def test_an_expense_is_known_by_its_category() -> None:
    category = {
        "_msdyn_transactioncategory_value": "40000000-0000-4000-8000-000000000001",
        f"_msdyn_transactioncategory_value@{FORMATTED}": "Travel",
    }
    (line,) = _read(_project_line(), _detail(1, "300.00", _EXPENSE, **category))
    assert (line.source, line.source_record.name) == (LineSource.CATEGORY, "Travel")


def test_a_project_line_without_details_stands_for_itself() -> None:
    (line,) = _read(_project_line(msdyn_retainertype=192350001, extendedamount=Decimal(-80), tax=0))
    assert line.net == Decimal(-80)
    assert line.source_record.name == "Retainer Usage"


def test_a_product_line_is_net_of_its_tax() -> None:
    (line,) = _read(
        _project_line(
            producttypecode=1,
            _productid_value="50000000-0000-4000-8000-000000000001",
            productid={"name": "Licence", "productnumber": "L-1"},
            productname="Licence",
        )
    )
    assert line.source is LineSource.PRODUCT
    assert line.source_record.code == "L-1"
    assert (line.net, line.tax) == (Decimal("300.00"), Decimal("20.00"))


def test_a_write_in_is_known_by_its_words() -> None:
    (line,) = _read(
        _project_line(
            producttypecode=1, isproductoverridden=True, productdescription="Courier  to Ulm"
        )
    )
    assert line.source is LineSource.WRITE_IN
    assert (line.source_record.id, line.source_record.name) == ("courier to ulm", "Courier  to Ulm")


def test_long_write_ins_have_short_keys_that_differ() -> None:
    keys = {
        _read(_project_line(producttypecode=1, productdescription="x" * 1000 + end))[
            0
        ].source_record.id
        for end in "ab"
    }
    assert len(keys) == 2
    assert max(map(len, keys)) <= 200


def test_lines_are_printed_in_the_order_of_their_numbers() -> None:
    rows = [
        _project_line(
            invoicedetailid=_LINE.replace("1", str(n)), lineitemnumber=number, description=f"{n}"
        )
        for n, number in ((2, None), (3, 2), (4, 1))
    ]
    lines = read_lines(LineRows(rows, {}), {})
    assert [line.description for line in lines] == ["4", "3", "2"]


def test_details_of_a_line_that_is_gone_are_kept() -> None:
    stray = {"99999999-0000-4000-8000-000000000001": [_detail(1, "55.00")]}
    (line,) = read_lines(LineRows([], stray), {})
    assert line.net == Decimal("55.00")
