"""What a post that goes wrong is called: unknown, refused, not sent, or in need of a person."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from psaqb_desktop.domain.draft import Chosen
from psaqb_desktop.domain.errors import (
    AppError,
    LeaseTakenError,
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
    UnreadableAnswerError,
    UntrustedHostError,
)
from psaqb_desktop.domain.identifiers import QuickBooksId, RequestId

FIRST = RequestId("0123456789abcdef0123456789abcdef-g1")
SECOND = RequestId("0123456789abcdef0123456789abcdef-g2")
FAULT = '{"Fault":{"Error":[{"Message":"%s","Detail":"%s","code":"%s"}],"type":"%s"}}'


def invoices(opened: Any) -> int:
    found = opened.raw("GET", "query?query=select * from Invoice")["QueryResponse"]
    return len(found.get("Invoice", []))


def posting(opened: Any, draft: Any) -> AppError:
    with pytest.raises(AppError) as caught:
        opened.company.post(draft, FIRST)
    return caught.value


@pytest.mark.parametrize(
    ("rule", "is_there"),
    [
        ({"fault": "drop_before"}, False),
        ({"fault": "drop_after"}, True),
        ({"fault": "half_answer"}, True),
        ({"fault": "status", "status": 500, "body": "oops"}, False),
        ({"fault": "status", "status": 504, "body": "<html>", "commit": True}, True),
        ({"fault": "status", "status": 503, "headers": {"Retry-After": "5"}}, False),
        ({"fault": "status", "status": 200, "body": "<html>ok</html>", "commit": True}, True),
        ({"fault": "status", "status": 200, "body": '{"Invoice":{}}', "commit": True}, True),
        ({"fault": "status", "status": 200, "body": '{"Invoice":{"Id":"1"}}'}, False),
        ({"fault": "status", "status": 200, "body": "[]"}, False),
        ({"fault": "status", "status": 302, "headers": {"Location": "http://x.example/"}}, False),
        ({"fault": "status", "status": 302, "headers": {"Location": "/login"}}, False),
        ({"fault": "status", "status": 408}, False),
        ({"fault": "status", "status": 400, "body": "<html>proxy</html>"}, False),
        (
            {
                "fault": "status",
                "status": 400,
                "body": FAULT % ("Failure", "System Failure Error: x", "10000", "SystemFault"),
                "commit": True,
            },
            True,
        ),
        (
            {
                "fault": "status",
                "status": 400,
                "body": FAULT % ("Duplicate Request ID", "x", "600", "ValidationFault"),
                "commit": True,
            },
            True,
        ),
    ],
)
def test_an_unclear_answer_is_unknown_and_settled_by_looking(
    british: Any, make_draft: Any, rule: dict[str, Any], *, is_there: bool
) -> None:
    draft = make_draft(british.company.lists())
    british.practice.fail(**rule, path="*/invoice", method="POST")
    british.practice.forget_calls()
    error = posting(british, draft)
    assert isinstance(error, OutcomeUnknownError)
    assert "PSA-000317" in str(error)
    assert "not enter the invoice by hand" in error.remedy
    assert len(british.practice.calls("/invoice")) == 1
    assert len(british.company.find(draft)) == int(is_there)
    document = british.company.post(draft, FIRST)
    assert british.company.find(draft) == (document,)
    assert invoices(british) == 1


def test_throttling_waits_a_minute_and_repeats_the_same_request(
    british: Any, make_draft: Any
) -> None:
    draft = make_draft(british.company.lists())
    british.practice.fail("status", path="*/invoice", status=429, body="slow down", times=2)
    document = british.company.post(draft, FIRST)
    assert document.number == draft.number
    assert len([wait for wait in british.clock.waits if 59 < wait <= 60]) == 2
    posts = british.practice.calls("/invoice")
    assert [call["status"] for call in posts] == [429, 429, 200]
    assert len({call["query"] for call in posts}) == 1


def test_a_named_pause_is_kept(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    british.practice.fail("status", path="*/invoice", status=429, headers={"Retry-After": "7"})
    british.company.post(draft, FIRST)
    assert any(6 < wait <= 7 for wait in british.clock.waits)


def test_an_old_gateway_throttles_with_403(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    body = (
        '<IntuitResponse><Fault type="SERVICE"><Error code="003001">'
        "<Message>message=ThrottleExceeded; errorCode=003001; statusCode=403</Message>"
        "<Detail>The request limit was reached.  Try again later</Detail></Error></Fault>"
        "</IntuitResponse>"
    )
    british.practice.fail("status", path="*/invoice", status=403, body=body)
    assert british.company.post(draft, FIRST).number == draft.number


def test_throttling_that_lasts_is_not_posted(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    british.practice.fail("status", path="*/invoice", status=429, times=None)
    error = posting(british, draft)
    assert isinstance(error, ServiceUnavailableError)
    assert error.retry_after == 60
    assert len(british.practice.calls("/invoice")) == 4
    assert invoices(british) == 0


def test_a_throttled_post_that_is_given_up_is_not_sent_again(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    british.practice.fail("status", path="*/invoice", status=429)
    is_over = threading.Event()
    with british.company.turn(is_over.is_set) as turn:
        # The pause after the 429 is the next sleep; the turn itself may have waited too.
        british.clock.after_sleep = lambda _: is_over.set()
        with pytest.raises(ServiceUnavailableError):
            british.company.post(draft, FIRST, turn)
    assert [call["status"] for call in british.practice.calls("/invoice")] == [429]
    assert invoices(british) == 0
    with british.company.turn(is_over.is_set) as turn:
        assert turn is None


def test_an_expired_token_is_renewed_once_and_the_same_request_repeated(
    british: Any, make_draft: Any
) -> None:
    draft = make_draft(british.company.lists())
    british.practice.tell("tokens/expire", realm_id=british.connection.realm_id)
    british.forced.clear()
    document = british.company.post(draft, FIRST)
    assert document.number == draft.number
    assert british.forced == [False, False, True]
    posts = british.practice.calls("/invoice")
    assert [call["status"] for call in posts] == [401, 200]
    assert len({call["query"] for call in posts}) == 1


def test_a_token_that_another_thread_renewed_is_used_without_force(
    british: Any, make_draft: Any
) -> None:
    draft = make_draft(british.company.lists())
    old = british.token
    british.practice.tell("tokens/expire", realm_id=british.connection.realm_id)
    new = british.practice.tokens()["access_token"]
    given = iter([old, new])
    british.access_token = lambda _of, is_forced: next(given) if not is_forced else "never"
    assert british.company.post(draft, FIRST).number == draft.number


def test_a_new_token_that_is_refused_needs_a_person(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    british.access_token = lambda _of, _forced: "not-a-token"
    error = posting(british, draft)
    assert isinstance(error, SignInNeededError)
    assert error.service == "Alder & Finch Ltd"


def test_the_wrong_company_needs_a_person(open_company: Any, make_draft: Any) -> None:
    british, american = open_company("GBSI"), open_company("USMF")
    draft = make_draft(british.company.lists())
    token = american.practice.tokens("USMF")["access_token"]
    british.access_token = lambda _of, _forced: token
    error = posting(british, draft)
    assert isinstance(error, SignInNeededError)
    assert "3100" in error.details


@pytest.mark.parametrize(
    "trouble",
    [
        OutcomeUnknownError("The token answer was lost."),
        LeaseTakenError("Another desktop is refreshing."),
        RequestRejectedError("Keys differ.", service="QuickBooks", code="invalid_client"),
        UnreadableAnswerError("Not JSON."),
    ],
)
def test_trouble_in_getting_a_token_is_about_access_and_not_about_the_invoice(
    british: Any, make_draft: Any, trouble: AppError
) -> None:
    draft = make_draft(british.company.lists())

    def failing(_of: Any, _forced: Any) -> str:
        raise trouble

    british.access_token = failing
    error = posting(british, draft)
    assert isinstance(error, ServiceUnavailableError)
    assert str(trouble) in str(error)
    assert "Nothing was sent to the company" in str(error)
    assert "by hand" not in error.remedy


def test_nothing_is_sent_to_a_host_that_is_not_trusted(open_company: Any, make_draft: Any) -> None:
    good = open_company("GBSI")
    draft = make_draft(good.company.lists())
    bad = open_company("GBSI", access_api_url="https://quickbooks.api.intuit.com.evil.example")
    assert isinstance(posting(bad, draft), UntrustedHostError)
    assert bad.forced == []


def test_a_service_that_is_down_has_not_posted(open_company: Any, make_draft: Any) -> None:
    opened = open_company("GBSI")
    draft = make_draft(opened.company.lists())
    opened.practice.server.close()
    error = posting(opened, draft)
    assert isinstance(error, ServiceUnavailableError)


def test_a_number_that_is_taken_is_refused_with_its_holder(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    document = british.company.post(draft, FIRST)
    with pytest.raises(RequestRejectedError) as caught:
        british.company.post(replace(draft, private_note="psaqb:other"), SECOND)
    assert caught.value.code == "6140"
    assert f"Invoice with id {document.id}" in str(caught.value)
    assert "was not posted again" in str(caught.value)
    assert "6140" in caught.value.details
    assert "intuit_tid" in caught.value.details
    assert caught.value.trace_id
    assert invoices(british) == 1


def test_a_closed_period_is_refused_in_plain_words(open_company: Any, make_draft: Any) -> None:
    opened = open_company("DEMF")
    draft = make_draft(opened.company.lists(), number="", txn_date=date(2026, 7, 28))
    error = posting(opened, draft)
    assert isinstance(error, RequestRejectedError)
    assert error.code in {"6200", "6210"}
    assert str(error).startswith("Alder & Finch GmbH's books are closed for 2026-07-28")
    assert "Nothing was posted." in str(error)
    assert "reopen" in error.remedy


def test_an_inactive_customer_is_refused(british: Any, make_draft: Any) -> None:
    lists = british.company.lists()
    inactive = next(c for c in lists.customers if not c.is_active)
    draft = make_draft(lists, customer=Chosen(inactive.id, inactive.name))
    error = posting(british, draft)
    assert isinstance(error, RequestRejectedError)
    assert "inactive" in str(error)


def test_a_missing_tax_code_is_refused(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    bare = tuple(replace(line, tax_code=None) for line in draft.lines)
    error = posting(british, replace(draft, lines=bare))
    assert isinstance(error, RequestRejectedError)
    assert error.code == "6000"
    assert "has no tax code that Alder & Finch Ltd accepts" in str(error)


def test_another_currency_than_the_customers_is_refused(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists(), currency="EUR")
    error = posting(british, draft)
    assert isinstance(error, RequestRejectedError)
    assert "another currency" in str(error)
    assert "kept in EUR" in error.remedy


def test_a_lapsed_subscription_is_refused(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    british.practice.tell(f"companies/{british.connection.realm_id}", is_read_only=True)
    error = posting(british, draft)
    assert isinstance(error, RequestRejectedError)
    assert error.code == "6190"
    assert "subscription has lapsed" in str(error)
    assert not british.company.lists().is_writable


def test_a_number_too_long_names_the_field(british: Any, make_draft: Any) -> None:
    error = posting(british, make_draft(british.company.lists(), number="X" * 22))
    assert isinstance(error, RequestRejectedError)
    assert (error.code, error.element) == ("2050", "DocNumber")
    assert "DocNumber" in str(error)


def test_an_unknown_item_names_the_reference(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    lost = replace(draft.lines[0], item=Chosen(QuickBooksId("987654"), "Lost"))
    error = posting(british, replace(draft, lines=(lost,)))
    assert isinstance(error, RequestRejectedError)
    assert error.code in {"610", "2500"}


def test_a_refused_draft_can_be_posted_after_the_cause_is_gone(
    british: Any, make_draft: Any
) -> None:
    draft = make_draft(british.company.lists())
    realm = british.connection.realm_id
    british.practice.tell(f"companies/{realm}", book_close_date="2026-12-31")
    posting(british, draft)
    british.practice.tell(f"companies/{realm}", book_close_date="")
    if british.practice.options.replays_faults:
        # The refusal stays with its id; whoever pushes takes the next one then.
        assert "closed" in str(posting(british, draft))
        assert british.company.post(draft, SECOND).number == draft.number
    else:
        assert british.company.post(draft, FIRST).number == draft.number
    assert invoices(british) == 1
