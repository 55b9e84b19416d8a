"""What a fault means, in plain words: what happened, to which record, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.quickbooks.faults import Fault
from psaqb_desktop.domain.errors import (
    AppError,
    NumberTakenError,
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
    StaleRecordError,
)

SERVICE = "QuickBooks"
_SIGN_IN_CODES = frozenset({"100", "110", "3100", "3200", "3202"})
_WAIT_CODES = frozenset({"130", "140", "150"})
_NO_TAX_CODE = re.compile(r"\b(GST|HST|VAT|sales tax|tax)\b.*\brate\b", re.IGNORECASE)
_OTHER_DOCUMENT = re.compile(r"assigned to TxnType=(\w[\w ]*?) with TxnId=(\d+)")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request was about, for the eye.

    ``record`` begins a sentence (“Invoice 2024-118 for Contoso Ltd”); ``unchanged`` says what did
    not happen (“Nothing was posted.”).
    """

    company: str
    record: str
    unchanged: str = "Nothing was changed."
    number: str = ""
    currency: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    what: str
    remedy: str


_TAX_CODE_REFUSED = _Words(
    "{record} has a tax code that {company} does not accept on it.",
    "Choose another tax code for its lines, then push it again.",
)
_PERIOD_CLOSED = _Words(
    "{company}'s books are closed for {day}, the date of {record}.",
    "Ask the controller to reopen the period, or give the invoice another date in the CRM.",
)
_INACTIVE = _Words(
    "{record} refers to something that was deleted or made inactive in QuickBooks{element}.",
    "Refresh the lists, then reactivate it in QuickBooks or choose another customer, item, term "
    "or tax code.",
)
_NOT_IN_EDITION = _Words(
    "{record} uses a feature that {company}'s edition of QuickBooks lacks (such as classes or "
    "locations).",
    "Take it out of the mapping, or ask the account owner to switch it on.",
)
_WORDS = {
    "500": _Words(
        "QuickBooks does not offer what {record} asks for.",
        "Send the details to support.",
    ),
    "610": _INACTIVE,
    "2500": _INACTIVE,
    "2040": _Words(
        "{record} has a character that QuickBooks does not take{element}.",
        "Take out tabs, line breaks and colons, then push it again.",
    ),
    "2050": _Words(
        "{record} has a text that is too long for QuickBooks{element}: {detail}",
        "Shorten the text or change the mapping.",
    ),
    "2210": _Words(
        "{record} has an e-mail address that QuickBooks does not take.",
        "Correct the address in the CRM.",
    ),
    "2290": _Words(
        "{record} has a negative amount where QuickBooks takes none.",
        "Credit it separately, or correct the line in the CRM.",
    ),
    "5020": _NOT_IN_EDITION,
    "5030": _NOT_IN_EDITION,
    "6070": _Words(
        "On a line of {record}, quantity times unit price does not give the amount.",
        "Correct the line in the CRM, or leave quantity and price out in the mapping.",
    ),
    "6100": _TAX_CODE_REFUSED,
    "6160": _TAX_CODE_REFUSED,
    "6170": _TAX_CODE_REFUSED,
    "6230": _TAX_CODE_REFUSED,
    "6470": _TAX_CODE_REFUSED,
    "6190": _Words(
        "{company}'s QuickBooks subscription has lapsed, so it accepts no new entries. {record} "
        "waits.",
        "Contact the account owner; push again when the subscription is renewed.",
    ),
    "6200": _PERIOD_CLOSED,
    "6210": _PERIOD_CLOSED,
    "6240": _Words(
        "A customer, supplier or employee in QuickBooks already has the name that {record} uses.",
        "Link to that one, or choose another name.",
    ),
    "6250": _Words(
        "The customer of {record} is missing or inactive in QuickBooks.",
        "Reactivate the customer in QuickBooks, or link to another.",
    ),
    "6270": _Words(
        "{record} is dated before an item of it came into stock in QuickBooks.",
        "Change the date, or the item's start date in QuickBooks.",
    ),
}


def refusal(faults: Sequence[Fault], answer: HttpAnswer, subject: Subject) -> AppError:
    """Return the error that says what the first fault means.

    RequestRejectedError, unless a person must sign in again, wait, or look at a change first.
    """
    first = faults[0] if faults else Fault("", "")
    details = _details(faults, answer)
    if first.code in _SIGN_IN_CODES:
        return access_refused(subject.company, details)
    if first.code == "120":
        return SignInNeededError(
            f"The person who connected {subject.company} may no longer work in QuickBooks. "
            f"{subject.unchanged}",
            service=subject.company,
            details=details,
        )
    if first.code in _WAIT_CODES:
        return ServiceUnavailableError(
            f"{subject.company} is locked or under maintenance at QuickBooks. {subject.unchanged}",
            service=SERVICE,
            remedy="Try again later; waiting invoices stay where they are.",
            details=details,
        )
    if first.code == "5010":
        return StaleRecordError(
            f"{subject.record} was changed by someone else in QuickBooks. {subject.unchanged}",
            details=details,
        )
    words = _words(first, subject)
    kind = NumberTakenError if first.code == "6140" else RequestRejectedError
    refused = kind(
        f"{words.what} {subject.unchanged}",
        service=SERVICE,
        code=first.code,
        element=first.element,
        status=answer.status,
        trace_id=answer.trace_id,
        remedy=words.remedy,
        details=details,
    )
    other = _OTHER_DOCUMENT.search(first.detail)
    if isinstance(refused, NumberTakenError) and other:
        refused.holder = (other.group(1), other.group(2))
    return refused


def access_refused(company: str, details: str) -> SignInNeededError:
    """Return the error for a token that QuickBooks does not accept even when it is new."""
    return SignInNeededError(
        f"QuickBooks does not let this connection into {company}: access was withdrawn, or the "
        "connection mixes sandbox and production keys. Nothing was changed.",
        service=company,
        details=details,
    )


def _words(fault: Fault, subject: Subject) -> _Words:
    if fault.code == "6140":
        return _number_taken(fault, subject)
    template = _business_rule(fault) if fault.code == "6000" else _WORDS.get(fault.code)
    if template is None:
        template = _Words("QuickBooks refused {record}: {reason}", "{next}")
    facts = {
        "record": subject.record,
        "company": subject.company,
        "currency": subject.currency,
        "day": subject.day.isoformat() if subject.day else "the date",
        "element": f" ({fault.element})" if fault.element else "",
        "detail": _sentence(fault.detail or fault.message),
        "reason": _sentence(fault.detail or fault.message or "no reason was given"),
        "next": "Correct what QuickBooks names, then push it again.",
    }
    return _Words(template.what.format(**facts), template.remedy.format(**facts))


def _number_taken(fault: Fault, subject: Subject) -> _Words:
    other = _OTHER_DOCUMENT.search(fault.detail)
    holder = f" for its {other.group(1)} with id {other.group(2)}" if other else ""
    return _Words(
        f"QuickBooks already uses the number {subject.number or 'of this invoice'}{holder}. "
        f"{subject.record} was not posted again.",
        "Look at that document; link to it if it is this invoice, else change the number.",
    )


def _business_rule(fault: Fault) -> _Words:
    """Sort the catch-all 6000 by its words."""
    if "foreign currency" in fault.detail:
        return _Words(
            "{record} is in {currency}, but QuickBooks keeps the customer in another currency.",
            "Link the customer to a QuickBooks customer that is kept in {currency}.",
        )
    if _NO_TAX_CODE.search(fault.detail):
        return _Words(
            "A line of {record} has no tax code that {company} accepts.",
            "Choose the tax code; it can be remembered for all lines of that kind.",
        )
    return _Words(
        "A rule of {company}'s books refuses {record}: {reason}",
        "Correct what QuickBooks names, in the CRM or in QuickBooks, then push it again.",
    )


def _sentence(text: str) -> str:
    plain = re.sub(r"^Business Validation Error:\s*", "", text.strip())
    plain = re.sub(r"\s+", " ", plain)
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."


def _details(faults: Sequence[Fault], answer: HttpAnswer) -> str:
    if not faults:
        return answer.excerpt()
    trace = f", intuit_tid {answer.trace_id}" if answer.trace_id else ""
    return "\n".join([f"HTTP {answer.status}{trace}", *(str(fault) for fault in faults)])
