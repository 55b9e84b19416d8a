"""Sign-in and tokens against practice QuickBooks."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.quickbooks.authorization import QuickBooksAuthorization
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.errors import (
    AppError,
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
    UntrustedHostError,
)
from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.sign_in import read_redirect
from psaqb_desktop.practice.group import (
    GB,
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
    PRACTICE_REDIRECT_URIS,
)
from psaqb_desktop.services.quickbooks_ports import AuthorizationGateway

SECRET = PRACTICE_INTUIT_CLIENT_SECRET
TOKEN_PATH = "*/tokens/bearer"


def refreshing(authorization: Any, practice: Any, token: str, secret: str = SECRET) -> TokenAnswer:
    found: TokenAnswer = authorization.refresh(practice.connection(), Credentials(secret, token))
    return found


def test_the_adapter_fits_the_port(authorization: QuickBooksAuthorization) -> None:
    port: AuthorizationGateway = authorization
    assert port is authorization


def test_the_authorize_address_has_everything_and_a_fresh_state(
    authorization: Any, practice: Any
) -> None:
    redirect = "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl"
    first = authorization.begin(client_id="ABC", redirect_uri=redirect)
    second = authorization.begin(client_id="ABC", redirect_uri=redirect)
    query = parse_qs(urlsplit(first.url).query)
    assert first.url.startswith(f"{practice.server.url}/connect/oauth2?")
    assert query == {
        "client_id": ["ABC"],
        "response_type": ["code"],
        "scope": ["com.intuit.quickbooks.accounting"],
        "redirect_uri": [redirect],
        "state": [first.state],
    }
    assert first.state != second.state
    assert len(first.state) >= 40
    assert first.allowed_hosts == ("127.0.0.1",)


def test_intuits_own_sign_in_may_visit_intuit_only() -> None:
    environment = Environment("live", EnvironmentKind.PRODUCTION, "https://crm.example")
    authorization = QuickBooksAuthorization(environment, HttpSession("QuickBooks"), _NoClock())
    request = authorization.begin(client_id="ABC", redirect_uri="https://x.example/cb")
    assert request.url.startswith("https://appcenter.intuit.com/connect/oauth2?")
    assert request.allowed_hosts == ("intuit.com",)


def test_a_refresh_brings_tokens_with_their_dates(authorization: Any, practice: Any) -> None:
    old = practice.tokens()
    answer = refreshing(authorization, practice, old["refresh_token"])
    assert answer.refresh_token == old["refresh_token"]
    assert answer.access_token != old["access_token"]
    assert answer.access_token_expires - answer.received == timedelta(seconds=3600)
    days = (answer.refresh_token_expires - answer.received).days
    assert 99 <= days <= 101
    assert answer.refresh_token_hard_expires is not None
    assert (answer.refresh_token_hard_expires - answer.received).days > 1800
    assert answer.access_token not in repr(answer)


def test_a_rotated_token_is_the_new_one(authorization: Any, practice: Any) -> None:
    practice.tell("options", rotate_after_seconds=0)
    old = practice.tokens()["refresh_token"]
    new = refreshing(authorization, practice, old).refresh_token
    assert new != old
    if practice.options.old_token_dies:
        with pytest.raises(SignInNeededError) as caught:
            refreshing(authorization, practice, old)
        assert caught.value.service == "Alder & Finch Ltd"
        assert old not in caught.value.details + str(caught.value)
    else:
        assert refreshing(authorization, practice, old).refresh_token != old
    assert refreshing(authorization, practice, new).refresh_token != new


def test_a_wrong_secret_is_refused_without_asking_to_sign_in(
    authorization: Any, practice: Any
) -> None:
    token = practice.tokens()["refresh_token"]
    with pytest.raises(RequestRejectedError) as caught:
        refreshing(authorization, practice, token, "wrong-secret")
    assert caught.value.code == "invalid_client"
    assert "keys" in caught.value.remedy


def test_a_pasted_line_break_does_no_harm(authorization: Any, practice: Any) -> None:
    token = practice.tokens()["refresh_token"]
    assert refreshing(authorization, practice, token, f" {SECRET}\n").access_token


def test_a_secret_that_cannot_be_one_is_refused_before_sending(
    authorization: Any, practice: Any
) -> None:
    with pytest.raises(RequestRejectedError):
        refreshing(authorization, practice, "x", "ключ")


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "drop_after"},
        {"fault": "half_answer"},
        {"fault": "status", "status": 502, "commit": True},
        {"fault": "status", "status": 200, "body": "<html>", "commit": True},
        {"fault": "status", "status": 200, "body": "{}", "commit": True},
        {"fault": "status", "status": 302, "headers": {"Location": "/x"}, "commit": True},
    ],
)
def test_a_lost_answer_is_unknown_and_the_token_may_be_tried_again(
    authorization: Any, practice: Any, rule: dict[str, Any]
) -> None:
    token = practice.tokens()["refresh_token"]
    practice.fail(path=TOKEN_PATH, **rule)
    with pytest.raises(OutcomeUnknownError) as caught:
        refreshing(authorization, practice, token)
    assert "token may have been made and lost" in str(caught.value)
    assert "invoice by hand" not in caught.value.remedy
    assert refreshing(authorization, practice, token).refresh_token == token


def test_a_refresh_is_never_sent_twice_by_itself(authorization: Any, practice: Any) -> None:
    token = practice.tokens()["refresh_token"]
    practice.forget_calls()
    practice.fail("drop_after", path=TOKEN_PATH)
    with pytest.raises(OutcomeUnknownError):
        refreshing(authorization, practice, token)
    assert len(practice.calls("/bearer")) == 1


def test_a_busy_token_service_names_the_time_and_is_not_waited_for(
    authorization: Any, practice: Any
) -> None:
    practice.fail("status", path=TOKEN_PATH, status=429, headers={"Retry-After": "90"})
    with pytest.raises(ServiceUnavailableError) as caught:
        refreshing(authorization, practice, practice.tokens()["refresh_token"])
    assert caught.value.retry_after == 90


def test_a_person_signs_in_and_connects_a_company(authorization: Any, practice: Any) -> None:
    redirect = PRACTICE_REDIRECT_URIS[0]
    request = authorization.begin(client_id=PRACTICE_INTUIT_CLIENT_ID, redirect_uri=redirect)
    found = read_redirect(request, walk_through_consent(practice.server.url, request.url))
    assert found.realm_id == GB.realm_id
    tokens = authorization.exchange(
        practice.connection(), client_secret=SECRET, code=found.code, redirect_uri=redirect
    )
    assert tokens.refresh_token_hard_expires is not None
    info, _ = authorization.company(practice.connection(), RealmId(found.realm_id), tokens)
    assert info.name == "Alder & Finch Ltd"
    with pytest.raises(SignInNeededError):
        authorization.exchange(
            practice.connection(), client_secret=SECRET, code=found.code, redirect_uri=redirect
        )


def walk_through_consent(service: str, authorize_url: str) -> str:
    """Fill in the pages as a person would; return the address at which the browser ends."""
    asked = dict(parse_qsl(urlsplit(authorize_url).query))
    with requests.Session() as browser:
        browser.trust_env = False
        page = browser.get(authorize_url, timeout=5)
        assert "Sign in" in page.text
        person = {"email": "controller@alderfinch.example", "password": "practice"}
        browser.post(f"{service}/connect/oauth2/sign-in", data={**asked, **person}, timeout=5)
        answer = browser.post(
            f"{service}/connect/oauth2/decide",
            data={**asked, "realm_id": GB.realm_id, "decision": "connect"},
            allow_redirects=False,
            timeout=5,
        )
    return str(answer.headers["Location"])


def test_a_token_service_that_is_down_has_done_nothing(authorization: Any, practice: Any) -> None:
    practice.server.close()
    with pytest.raises(ServiceUnavailableError):
        refreshing(authorization, practice, "any")


@pytest.mark.parametrize(
    "url",
    [
        "https://oauth.platform.intuit.com.evil.example/oauth2/v1/tokens/bearer",
        "http://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        "https://oauth.platform.intuit.com@evil.example/",
        "http://127.0.0.1:1/oauth2/v1/tokens/bearer",
        "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # Intuit's, in practice
        "{trusted}/oauth2/v1/tokens/bearer?send-to=me",
        "{trusted}/oauth2/v1/tokens/bearer#x",
        "https://[broken",
        "https://127.0.0.1:port/",
        "",
    ],
)
def test_secrets_go_to_trusted_hosts_only(authorization: Any, practice: Any, url: str) -> None:
    connection = replace(
        practice.connection(), access_token_url=url.replace("{trusted}", practice.server.url)
    )
    with pytest.raises(UntrustedHostError) as caught:
        authorization.refresh(connection, Credentials(SECRET, "token"))
    assert "Nothing was sent" in str(caught.value)
    with pytest.raises(UntrustedHostError):
        authorization.exchange(connection, client_secret=SECRET, code="c", redirect_uri="r")


def test_a_dead_code_asks_for_a_new_sign_in(authorization: Any, practice: Any) -> None:
    with pytest.raises(SignInNeededError, match="took too long"):
        authorization.exchange(
            practice.connection(), client_secret=SECRET, code="AB-old", redirect_uri="https://x"
        )


def test_revoking_ends_the_grant_and_may_be_repeated(authorization: Any, practice: Any) -> None:
    token = practice.tokens()["refresh_token"]
    for _ in range(2):
        authorization.revoke(practice.connection(), client_secret=SECRET, token=token)
    with pytest.raises(SignInNeededError):
        refreshing(authorization, practice, token)


def test_revoking_with_a_wrong_secret_is_refused(authorization: Any, practice: Any) -> None:
    token = practice.tokens()["refresh_token"]
    with pytest.raises(RequestRejectedError):
        authorization.revoke(practice.connection(), client_secret="wrong", token=token)


def test_the_company_is_read_with_tokens_that_are_not_stored(
    authorization: Any, practice: Any
) -> None:
    tokens = refreshing(authorization, practice, practice.tokens()["refresh_token"])
    connection = replace(practice.connection(), realm_id=RealmId(""))
    info, preferences = authorization.company(connection, RealmId(GB.realm_id), tokens)
    assert (info.name, info.country, info.realm_id) == ("Alder & Finch Ltd", "GB", GB.realm_id)
    assert preferences.home_currency == "GBP"


def test_tokens_of_another_company_are_refused(authorization: Any, practice: Any) -> None:
    tokens = refreshing(authorization, practice, practice.tokens("USMF")["refresh_token"])
    with pytest.raises(SignInNeededError):
        authorization.company(practice.connection(), RealmId(GB.realm_id), tokens)


@pytest.mark.parametrize(
    "rule",
    [
        {"status": 200, "body": '["told7f1c9"'},
        {"status": 200, "body": '{"access_token": 5, "x": "told7f1c9"}'},
        {"status": 400, "body": '{"error":"odd told7f1c9","error_description":"told7f1c9"}'},
        {"status": 400, "body": '{"error":"invalid_grant","error_description":"told7f1c9"}'},
        {"status": 401, "body": "told7f1c9"},
        {"status": 429, "body": "told7f1c9"},
        {"status": 502, "body": "told7f1c9"},
    ],
)
def test_nothing_of_a_token_answer_is_told(
    authorization: Any, practice: Any, rule: dict[str, Any]
) -> None:
    practice.fail("status", path=TOKEN_PATH, **rule)
    with pytest.raises(AppError) as caught:
        refreshing(authorization, practice, practice.tokens()["refresh_token"])
    told = "".join(traceback.format_exception(caught.value))
    assert "told7f1c9" not in told + caught.value.details + caught.value.remedy
    assert str(rule["status"]) in caught.value.details


class _NoClock:
    def now(self) -> Any:
        raise AssertionError

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)
