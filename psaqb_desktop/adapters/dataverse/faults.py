"""From an HTTP answer of Dataverse that says no to an error a person can be told about.

Dataverse answers ``{"error": {"code": "0x8004…", "message": "…"}}``. The message is usually good
enough for an administrator, so it is always kept in the details, with the id of the request.
"""

from __future__ import annotations

import re
from typing import Any

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.redaction import redact
from psaqb_desktop.adapters.http.retry import retry_after
from psaqb_desktop.domain.errors import (
    AppError,
    NotSetUpError,
    OutcomeUnknownError,
    RequestRejectedError,
    SecretHiddenError,
    ServiceUnavailableError,
    SignInNeededError,
    StaleRecordError,
    UnreadableAnswerError,
)

SERVICE = "CRM"

RECORD_NOT_FOUND = frozenset({"0x80040217", "0x80060891"})
UNKNOWN_SEGMENT = "0x80060888"
UNKNOWN_COLUMN = "0x80048d19"
SECURED_COLUMN_REFUSED = "0x8004f507"
CUSTOMIZATION_LOCKED = "0x80071151"
USER_NOT_MEMBER = "0x80072560"
PLUGIN_FAILED = "0x80040265"
DUPLICATE_KEY = "0x80060892"

_OUR_PREFIX = "psaqb_"
_CODE = re.compile(r"0x[0-9a-f]{8}")
_ASK_ADMINISTRATOR = (
    "Ask a CRM administrator for a security role with this right; the details name it."
)


class CustomizationLockedError(ServiceUnavailableError):
    """Somebody is changing the CRM's schema just now; one change at a time is allowed."""


class RecordNotFoundError(RequestRejectedError):
    """There is no record with this key."""


def read_fault(answer: HttpAnswer) -> tuple[str, str]:
    """Return code and message of an error body; empty strings where it has none.

    A confidential answer tells its code only, and only where it looks like one of Dataverse's.
    """
    code, message = _code_and_message(answer)
    if answer.is_confidential:
        return (code if _CODE.fullmatch(code) else ""), ""
    return code, message


def _code_and_message(answer: HttpAnswer) -> tuple[str, str]:
    try:
        body: Any = answer.json()
    except UnreadableAnswerError:
        return "", redact(answer.text[:500])
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", redact(answer.text[:500])
    inner = error.get("innererror")
    message = str(error.get("message") or "")
    if not message and isinstance(inner, dict):
        message = str(inner.get("message") or "")
    return str(error.get("code") or "").lower(), redact(message)


def request_id_of(answer: HttpAnswer) -> str:
    """Return the id under which Microsoft's support finds the request."""
    return answer.trace_id or answer.headers.get("REQ_ID") or ""


def details_of(answer: HttpAnswer) -> str:
    """Return what support needs of an answer."""
    code, message = read_fault(answer)
    words = [f"HTTP {answer.status}", code, message]
    if trace := request_id_of(answer):
        words.append(f"(request {trace})")
    return " ".join(word for word in words if word)


def outcome_unknown(doing: str, details: str) -> OutcomeUnknownError:
    """Say that a write to the CRM may or may not have happened."""
    return OutcomeUnknownError(
        f"The CRM did not confirm ({doing}): the change may or may not be there.",
        remedy="Refresh, and look whether the change is there before you repeat it.",
        details=details,
    )


def error_of(answer: HttpAnswer, *, doing: str, is_write: bool) -> AppError:
    """Translate an answer of 400 or more.

    Args:
        answer: what came back.
        doing: what the program was doing, for example ``reading invoices``.
        is_write: something may have been changed if the server failed half way.
    """
    code, message = read_fault(answer)
    details = details_of(answer)
    if answer.status == 401:
        return SignInNeededError(
            "The CRM asks you to sign in again.", service=SERVICE, details=details
        )
    if answer.status == 429:
        return _throttled(answer, code, details)
    if answer.status >= 500 and code not in RECORD_NOT_FOUND:
        return _server_failed(answer, doing, details, is_write=is_write)
    if answer.status == 412:
        return StaleRecordError(
            f"The CRM record was changed or made by somebody else while {doing}.", details=details
        )
    if _is_about_our_schema(answer.status, code, _code_and_message(answer)[1]):
        return NotSetUpError("The CRM lacks a table or column of this program.", details=details)
    return _refused(answer, code, message, doing=doing)


def _throttled(answer: HttpAnswer, code: str, details: str) -> ServiceUnavailableError:
    if code == CUSTOMIZATION_LOCKED:
        return CustomizationLockedError(
            "Another change of the CRM's tables is under way.", service=SERVICE, details=details
        )
    return ServiceUnavailableError(
        "The CRM asks for patience: too many requests.",
        service=SERVICE,
        retry_after=retry_after(answer.headers),
        details=details,
    )


def _server_failed(answer: HttpAnswer, doing: str, details: str, *, is_write: bool) -> AppError:
    if is_write:
        return outcome_unknown(doing, details)
    return ServiceUnavailableError(
        f"The CRM failed with HTTP {answer.status} while {doing}.", service=SERVICE, details=details
    )


def _is_about_our_schema(status: int, code: str, message: str) -> bool:
    if status not in {400, 404} or _OUR_PREFIX not in message.lower():
        return False
    return code in {UNKNOWN_SEGMENT, UNKNOWN_COLUMN} or (
        status == 404 and code not in RECORD_NOT_FOUND
    )


def _refused(answer: HttpAnswer, code: str, message: str, *, doing: str) -> AppError:
    details = details_of(answer)
    trace = request_id_of(answer)
    if answer.status == 404 or code in RECORD_NOT_FOUND:
        return RecordNotFoundError(
            f"The CRM has no such record ({doing}).",
            service=SERVICE,
            code=code,
            status=answer.status,
            trace_id=trace,
            remedy="Refresh; somebody may have deleted it.",
            details=details,
        )
    if code == SECURED_COLUMN_REFUSED:
        return SecretHiddenError(
            "The CRM does not let you store secrets of a connection; nothing was written.",
            details=details,
        )
    what, remedy = _words(answer.status, code, message, doing)
    return RequestRejectedError(
        what,
        service=SERVICE,
        code=code,
        status=answer.status,
        trace_id=trace,
        remedy=remedy,
        details=details,
    )


def _words(status: int, code: str, message: str, doing: str) -> tuple[str, str]:
    if code == USER_NOT_MEMBER:
        return (
            "The signed-in user is not a member of this CRM.",
            "Ask a CRM administrator to add the user (for unattended use: an application user).",
        )
    if status == 403:
        return f"The CRM does not allow {doing}: {message or 'no reason given'}", _ASK_ADMINISTRATOR
    if code == PLUGIN_FAILED:
        return (
            f"An extension of the CRM refused while {doing}: {message}",
            "Show the details to the people who look after your CRM.",
        )
    return (
        f"The CRM refused while {doing}: {message or f'HTTP {status}'}",
        "Show the details to the people who look after your CRM.",
    )
