"""Faults in all their forms, read and put into words."""

from __future__ import annotations

from datetime import date

import pytest

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.quickbooks.faults import Fault, read_faults
from psaqb_desktop.adapters.quickbooks.refusals import Subject, refusal
from psaqb_desktop.domain.errors import (
    AppError,
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
    StaleRecordError,
)

SUBJECT = Subject(
    company="Acme UK",
    record="Invoice 2024-118 for Contoso Ltd",
    unchanged="Nothing was posted.",
    number="2024-118",
    currency="GBP",
    day=date(2025, 3, 28),
)


def answer(body: str, status: int = 400) -> HttpAnswer:
    return HttpAnswer(status, {"intuit_tid": "1-abc"}, body.encode(), "QuickBooks")


def words(code: str, detail: str = "", message: str = "M", element: str = "") -> AppError:
    return refusal([Fault(code, message, detail, element)], answer("{}"), SUBJECT)


def test_the_documented_form_is_read() -> None:
    (fault,) = read_faults(
        answer(
            '{"Fault":{"Error":[{"Message":"Duplicate Document Number Error","Detail":"D",'
            '"code":"6140","element":""}],"type":"ValidationFault"},"time":"2026-09-01"}'
        )
    )
    assert fault == Fault("6140", "Duplicate Document Number Error", "D", "", "ValidationFault")


def test_the_gateways_spelling_is_read() -> None:
    (fault,) = read_faults(
        answer(
            '{"warnings":null,"fault":{"error":[{"message":"message=AuthenticationFailed; '
            'errorCode=003200; statusCode=401","detail":"Token expired","code":"3200",'
            '"element":null}],"type":"AUTHENTICATION"},"time":1767777777777}',
            401,
        )
    )
    assert (fault.code, fault.detail, fault.element) == ("3200", "Token expired", "")


@pytest.mark.parametrize("code", ["003001", "3001", ""])
def test_leading_zeros_are_dropped_and_a_missing_code_is_taken_from_the_text(code: str) -> None:
    body = (
        '{"fault":{"error":[{"message":"message=ThrottleExceeded; errorCode=003001; '
        f'statusCode=429","code":"{code}"}}]}}}}'
    )
    (fault,) = read_faults(answer(body, 429))
    assert fault.code == "3001"
    assert fault.is_throttling


def test_xml_is_read() -> None:
    (fault,) = read_faults(
        answer(
            '<?xml version="1.0"?><IntuitResponse xmlns="http://schema.intuit.com/finance/v3">'
            '<Fault type="ValidationFault"><Error code="6000" element="Line">'
            "<Message>A business &amp; validation error</Message><Detail>Tax &lt;rate&gt;</Detail>"
            "</Error></Fault></IntuitResponse>"
        )
    )
    assert fault == Fault(
        "6000", "A business & validation error", "Tax <rate>", "Line", "ValidationFault"
    )


@pytest.mark.parametrize("body", ["", "<html><title>502</title></html>", "[]", "null", '{"a":1}'])
def test_what_holds_no_fault_gives_none(body: str) -> None:
    assert read_faults(answer(body)) == ()


@pytest.mark.parametrize(
    "body", ['{"Fault":{}}', '{"Fault":{"Error":[]}}', '{"fault":{"error":1}}']
)
def test_a_fault_without_errors_is_a_fault(body: str) -> None:
    (fault,) = read_faults(answer(body))
    assert fault.code == ""


def test_a_system_failure_is_told_apart() -> None:
    assert Fault("10000", "An application error").is_failure_inside
    assert Fault("1", "x", kind="SystemFault").is_failure_inside
    assert not Fault("6000", "x", kind="ValidationFault").is_failure_inside


def test_a_refusal_says_what_to_which_record_whether_changed_and_what_next() -> None:
    error = words("6210", "The account period has closed …")
    assert str(error) == (
        "Acme UK's books are closed for 2025-03-28, the date of Invoice 2024-118 for Contoso Ltd. "
        "Nothing was posted."
    )
    assert "reopen" in error.remedy
    assert "6210" in error.details
    assert "intuit_tid 1-abc" in error.details
    assert "The account period has closed" in error.details


REFUSED = (
    "500 610 2010 2020 2040 2050 2210 2290 2500 5020 5030 6000 6070 6100 6140 6160 6170 6190 6200 "
    "6210 6230 6240 6250 6270 6470 9999"
)


@pytest.mark.parametrize("code", [*REFUSED.split(), ""])
def test_every_refusal_names_the_record_and_says_that_nothing_was_posted(code: str) -> None:
    error = words(code, "Some {detail} of Intuit", element="DocNumber")
    assert isinstance(error, RequestRejectedError)
    assert error.code == code
    assert SUBJECT.record in str(error)
    assert "Nothing was posted." in str(error)
    assert error.remedy
    assert not str(error).startswith(code or "x")
    assert "{record}" not in str(error)


def test_the_catch_all_is_sorted_by_its_words() -> None:
    tax = words(
        "6000",
        "Business Validation Error: Make sure all your transactions have a VAT rate before you "
        "save.",
    )
    currency = words(
        "6000", "Business Validation Error: You can only use one foreign currency per transaction."
    )
    other = words("6000", "Business Validation Error: The customer is closed")
    assert "has no tax code that Acme UK accepts" in str(tax)
    assert "kept in GBP" in currency.remedy
    assert "The customer is closed. Nothing was posted." in str(other)
    assert "Business Validation Error" not in str(other)


def test_a_taken_number_names_the_document_that_has_it() -> None:
    error = words(
        "6140",
        "Duplicate Document Number Error : You must specify a different number. This number has "
        "already been used. DocNumber=2024-118 is assigned to TxnType=Journal Entry with TxnId=65",
    )
    assert "number 2024-118 for its Journal Entry with id 65" in str(error)


@pytest.mark.parametrize("code", ["100", "110", "120", "3100", "3200", "3202"])
def test_trouble_with_access_asks_a_person(code: str) -> None:
    error = words(code)
    assert isinstance(error, SignInNeededError)
    assert error.service == "Acme UK"


@pytest.mark.parametrize("code", ["130", "140", "150"])
def test_maintenance_asks_for_patience(code: str) -> None:
    assert isinstance(words(code), ServiceUnavailableError)


def test_a_change_in_between_is_a_stale_record() -> None:
    assert isinstance(words("5010"), StaleRecordError)


def test_details_hold_all_faults_and_no_token() -> None:
    faults = [Fault("1", "first"), Fault("2", "Bearer abcdefghijk")]
    error = refusal(faults, answer("{}"), SUBJECT)
    assert "first" in error.details
    assert "abcdefghijk" not in error.details
