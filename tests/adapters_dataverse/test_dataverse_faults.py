from __future__ import annotations

import json

import pytest
from requests.structures import CaseInsensitiveDict

from psaqb_desktop.adapters.dataverse.faults import (
    CustomizationLockedError,
    RecordNotFoundError,
    error_of,
)
from psaqb_desktop.adapters.dataverse.sign_in_faults import sentence_for, token_error
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.domain.errors import (
    AppError,
    NotSetUpError,
    OutcomeUnknownError,
    RequestRejectedError,
    SecretHiddenError,
    ServiceUnavailableError,
    SignInNeededError,
    StaleRecordError,
)


def _answer(status: int, code: str = "", message: str = "") -> HttpAnswer:
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    headers = CaseInsensitiveDict({"x-ms-service-request-id": "abc-1", "Retry-After": "7"})
    return HttpAnswer(status, headers, body, "CRM")


@pytest.mark.parametrize(
    ("status", "code", "message", "wanted"),
    [
        (401, "", "", SignInNeededError),
        (403, "0x80040220", "missing prvReadinvoice privilege", RequestRejectedError),
        (403, "0x80072560", "not a member", RequestRejectedError),
        (403, "0x8004f507", "secured field", SecretHiddenError),
        (404, "0x80040217", "invoice With Id = 1 Does Not Exist", RecordNotFoundError),
        (404, "0x80060888", "Resource not found for the segment 'psaqb_links'.", NotSetUpError),
        (400, "0x80060888", "Could not find a property named 'psaqb_x'", NotSetUpError),
        (400, "0x80060888", "Could not find a property named 'colour'", RequestRejectedError),
        (412, "0x80060882", "version", StaleRecordError),
        (412, "0x80060892", "duplicate", StaleRecordError),
        (429, "0x80072322", "requests", ServiceUnavailableError),
        (429, "0x80071151", "customization", CustomizationLockedError),
        (400, "0x80040265", "Plug-in says no", RequestRejectedError),
    ],
)
def test_each_refusal_has_its_error(
    status: int, code: str, message: str, wanted: type[AppError]
) -> None:
    error = error_of(_answer(status, code, message), doing="reading", is_write=False)
    assert type(error) is wanted
    assert error.remedy
    assert "abc-1" in error.details
    assert message in error.details


def test_a_failure_half_way_through_a_write_leaves_the_outcome_open() -> None:
    assert isinstance(error_of(_answer(500), doing="x", is_write=True), OutcomeUnknownError)
    assert isinstance(error_of(_answer(500), doing="x", is_write=False), ServiceUnavailableError)


def test_patience_is_as_long_as_the_service_says() -> None:
    error = error_of(_answer(429, "0x80072321"), doing="x", is_write=False)
    assert isinstance(error, ServiceUnavailableError)
    assert error.retry_after == 7


def test_an_answer_without_json_keeps_its_words_for_support() -> None:
    page = HttpAnswer(400, CaseInsensitiveDict(), b"<h1>Gateway</h1>", "CRM")
    assert "Gateway" in error_of(page, doing="x", is_write=False).details


def test_known_sign_in_numbers_have_plain_words() -> None:
    text = "AADSTS50194: Application is not configured.\r\nTrace ID: 1"
    assert "one organization only" in sentence_for(text)
    assert (
        sentence_for("AADSTS999999: Something new.\nTrace ID: 1") == "AADSTS999999: Something new."
    )


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        ("invalid_grant", SignInNeededError),
        ("interaction_required", SignInNeededError),
        ("invalid_client", RequestRejectedError),
        ("temporarily_unavailable", ServiceUnavailableError),
    ],
)
def test_sign_in_errors_branch_on_the_error_word(error: str, wanted: type[AppError]) -> None:
    assert type(token_error(error, "AADSTS700082: too old", status=400)) is wanted
