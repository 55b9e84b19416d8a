"""Faults as the Accounting API words them: codes, messages and details that clients look for."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

_INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


class ApiFault(Exception):  # noqa: N818 - Intuit's word
    """One thing wrong with a request; becomes a ``Fault`` body."""

    def __init__(
        self,
        code: int,
        message: str,
        detail: str,
        element: str = "",
        *,
        status: int = 400,
        kind: str = "ValidationFault",
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.message = message
        self.detail = detail
        self.element = element
        self.status = status
        self.kind = kind

    def as_json(self) -> dict[str, Any]:
        """The ``Fault`` member of an answer."""
        error = {"Message": self.message, "Detail": self.detail, "code": str(self.code)}
        if self.element:
            error["element"] = self.element
        return {"Error": [error], "type": self.kind}


def unsupported_operation(name: str) -> ApiFault:
    """500: the operation is not offered on this entity."""
    return ApiFault(500, "Unsupported Operation", f"Operation {name} is not supported.")


def duplicate_request_id() -> ApiFault:
    """600: the id was used for something else."""
    return ApiFault(600, "Duplicate Request ID", "Duplicate Request ID : used before", "requestid")


def not_found(detail: str = "Another user has deleted this transaction.") -> ApiFault:
    """610: gone or never there; HTTP 400 all the same."""
    return ApiFault(610, "Object Not Found", f"Object Not Found : {detail}")


def inactive_reference(element: str) -> ApiFault:
    """610: a customer, item or term that somebody made inactive."""
    return ApiFault(610, "Object Not Found", f"Object Not Found : {_INACTIVE}", element)


def invalid_reference(element: str, what: str) -> ApiFault:
    """2500: the id of another record does not exist."""
    return ApiFault(2500, "Invalid Reference Id", f"Invalid Reference Id : {what}", element)


def cannot_be_linked(detail: str) -> ApiFault:
    """620: a transaction that cannot be paid or credited this way."""
    return ApiFault(
        620, "Txn ID Cannot Be Linked", f"Transaction can't be linked : {detail}", "TxnId"
    )


def batch_too_large(sent: int) -> ApiFault:
    """1040: more than thirty items."""
    return ApiFault(
        1040,
        "Batch size exceeds allowed limit",
        f"Batch size exceeds the allowed limit of 30. Supplied size:{sent}",
    )


def unknown_entity(name: str) -> ApiFault:
    """2000: no such entity, or not for this end point."""
    return ApiFault(2000, "Invalid/unsupported object name", f"Object name : {name}")


def unknown_property(name: str, owner: str) -> ApiFault:
    """2010: an attribute the entity does not have."""
    return ApiFault(
        2010,
        "Request has invalid or unsupported property",
        f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{owner}), '
        "not marked as ignorable specified is unsupported or invalid",
        name,
    )


def malformed(detail: str) -> ApiFault:
    """2010 again: the body is no JSON of the right shape."""
    return ApiFault(
        2010,
        "Request has invalid or unsupported property",
        f"Property Name:{detail} specified is unsupported or invalid",
    )


def missing(name: str) -> ApiFault:
    """2020: a required parameter is not there."""
    return ApiFault(
        2020,
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {name} is missing in the request",
        name,
    )


def invalid_id(element: str, value: object) -> ApiFault:
    """2030: an id that is no number."""
    return ApiFault(
        2030, "Invalid ID", f"Id should be a valid number. Supplied value:{value}", element
    )


def invalid_string(element: str, value: str) -> ApiFault:
    """2040: characters that the field forbids."""
    return ApiFault(
        2040,
        "Invalid String. The string specified contains illegal characters",
        f"Invalid String : {value!r} contains a colon, a tab or a new line",
        element,
    )


def wrong_length(element: str, supplied: int, maximum: int, minimum: int = 0) -> ApiFault:
    """2050: too long, or too short."""
    return ApiFault(
        2050,
        "String length is either shorter or longer than supported by specification",
        "String length specified does not match the supported length. "
        f"Min:{minimum} Max:{maximum} supported. Supplied length:{supplied}",
        element,
    )


def wrong_date_format(element: str, value: object) -> ApiFault:
    """2060: not YYYY-MM-DD."""
    return ApiFault(
        2060, "Invalid Date Format", f"Invalid date format. Supplied value:{value}", element
    )


def invalid_date(element: str, value: object) -> ApiFault:
    """2070: the calendar has no such day."""
    return ApiFault(2070, "Invalid Date", f"Invalid date. Supplied value:{value}", element)


def invalid_number(element: str, value: object) -> ApiFault:
    """2090: not a number."""
    return ApiFault(2090, "Invalid Number", f"Invalid Number. Supplied value:{value}", element)


def invalid_request_id(detail: str) -> ApiFault:
    """2130: the request id, or a bId next to it, is too long."""
    return ApiFault(2130, "Invalid Request Id Format", detail, "requestid")


def invalid_choice(element: str, value: object) -> ApiFault:
    """2170: not one of the enumeration's values."""
    return ApiFault(2170, "Invalid Enumeration", f"Invalid Enumeration : {value}", element)


def invalid_email(element: str) -> ApiFault:
    """2210: no at sign or no dot."""
    return ApiFault(
        2210, "Invalid Email Address format", "Email Address should contain @ and .", element
    )


def negative_amount() -> ApiFault:
    """2290: a line below zero."""
    return ApiFault(2290, "NegativeAmount", "Negative Amount : not allowed here", "Amount")


def unparsable_query(detail: str) -> ApiFault:
    """4000: the query is not in the language."""
    return ApiFault(4000, "Error parsing query", f"QueryParserError: {detail}")


def invalid_query(detail: str) -> ApiFault:
    """4001: well formed, but not answerable."""
    return ApiFault(4001, "Invalid query", f"QueryValidationError: {detail}")


def stale(user: str) -> ApiFault:
    """5010: the SyncToken is not the current one."""
    return ApiFault(
        5010,
        "Stale Object Error",
        f"Stale Object Error : You and {user} were working on this at the same time. "
        f"{user} finished before you did, so your work was not saved.",
    )


def permission_denied(feature: str) -> ApiFault:
    """5020: the company's edition has no such feature."""
    return ApiFault(5020, "Permission Denied Error", f"Permission Denied Error : {feature}")


def business_rule(detail: str, element: str = "") -> ApiFault:
    """6000: the catch-all; only the detail tells what is wrong."""
    return ApiFault(
        6000,
        "A business validation error has occurred while processing your request",
        f"Business Validation Error: {detail}",
        element,
    )


def wrong_amount(supplied: Decimal) -> ApiFault:
    """6070: Amount is not Qty times UnitPrice."""
    return ApiFault(
        6070,
        "Amount calculation incorrect in the request",
        f"Amount is not equal to UnitPrice * Qty. Supplied value:{supplied:,}",
    )


def no_name() -> ApiFault:
    """6080: a customer without any name."""
    return ApiFault(6080, "No Name Provided", "No Name Provided : a name is required")


def discount_without_size() -> ApiFault:
    """6090: neither percent nor amount."""
    return ApiFault(
        6090,
        "Discount line information missing",
        "Discount line lacks an amount or a percentage",
        "DiscountLineDetail",
    )


def wrong_line_tax_code(value: str) -> ApiFault:
    """6100: in the US a line is TAX or NON."""
    return ApiFault(
        6100,
        "Invalid Line TaxCode in the request",
        f"Invalid Line TaxCode : {value}. Supported values are TAX and NON",
        "TaxCodeRef",
    )


def duplicate_number(number: str, kind: str, txn_id: str) -> ApiFault:
    """6140: another document has the number; the detail names it."""
    return ApiFault(
        6140,
        "Duplicate Document Number Error",
        "Duplicate Document Number Error : You must specify a different number. This number has "
        f"already been used. DocNumber={number} is assigned to TxnType={kind} with TxnId={txn_id}",
    )


def tax_detail_without_tax() -> ApiFault:
    """6170: TxnTaxDetail together with NotApplicable."""
    return ApiFault(
        6170,
        "Invalid tax detail in the request",
        "TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable",
        "TxnTaxDetail",
    )


def read_only_company() -> ApiFault:
    """6190: the subscription has lapsed; reading goes on."""
    return ApiFault(
        6190,
        "Invalid Company Status",
        "Subscription period has ended or canceled or there was a billing problem : You can't add "
        "data to QuickBooks Online because your trial or subscription period ended, you canceled "
        "your subscription, or there was a billing problem.",
    )


def period_closed() -> ApiFault:
    """6210: the books are closed; the doubled word is Intuit's."""
    return ApiFault(
        6210,
        "Account Period Closed, Cannot Update Through Services API",
        "The account period has closed and the account books cannot be updated through through the "
        "QBO Services API. Please use the QBO website to make these changes.",
    )


def duplicate_name() -> ApiFault:
    """6240: one name over customers, vendors and employees."""
    return ApiFault(
        6240,
        "Duplicate Name Exists Error",
        "The name supplied already exists. : Another customer, vendor or employee is already using "
        "this \nname. Please use a different name.",
    )


def item_needed() -> ApiFault:
    """6440: a sales line says nothing about what was sold."""
    return ApiFault(
        6440,
        "Product/Service or account is missing on the transaction",
        "Each line needs a product or service, or an account",
        "ItemRef",
    )


def wrong_account_type(element: str) -> ApiFault:
    """6430: for instance a payment deposited to an income account."""
    return ApiFault(
        6430, "Invalid account type used", "The account is not of a type that fits here", element
    )


def system_failure(detail: str) -> ApiFault:
    """10000: the service broke."""
    return ApiFault(
        10000,
        "An application error has occurred while processing your request",
        f"System Failure Error: {detail}",
        status=500,
        kind="SystemFault",
    )


def permission_removed() -> ApiFault:
    """120: whoever connected is no longer an administrator of the company."""
    return ApiFault(
        120,
        "Authorization Failure",
        ": -11014-You do not have access to use QuickBooks Online Plus.",
        status=401,
        kind="AuthorizationFault",
    )


def gateway_body(code: int, name: str, status: int, detail: str, kind: str) -> dict[str, Any]:
    """What the gateway answers before the Accounting API sees a call: keys in lower case."""
    message = f"message={name}; errorCode={code:06d}; statusCode={status}"
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {
            "error": [{"message": message, "detail": detail, "code": str(code), "element": None}],
            "type": kind,
        },
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(time.time() * 1000),
        "status": None,
        "cdcresponse": [],
    }
