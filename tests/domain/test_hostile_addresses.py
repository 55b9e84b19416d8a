"""Addresses from CRM records and redirected browsers: nothing gets a secret by a trick."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.environment import Environment, EnvironmentKind, may_receive_secrets
from psaqb_desktop.domain.errors import (
    AppError,
    Cancelled,
    RequestRejectedError,
    UnreadableAnswerError,
)
from psaqb_desktop.domain.sign_in import AuthorizationRequest, read_redirect

TOKEN = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"


def environment(kind: EnvironmentKind, *trusted: str, **changes: Any) -> Environment:
    return Environment("e", kind, "https://crm.test", trusted_hosts=trusted, **changes)


PRODUCTION = environment(EnvironmentKind.PRODUCTION, "evil.test:443", "127.0.0.1:8443")
PRACTICE = environment(EnvironmentKind.PRACTICE, "127.0.0.1:8443", "QB.test:443", "localhost:80")

HOSTILE = [
    "",
    "oauth.platform.intuit.com",
    "//oauth.platform.intuit.com/",
    "http://oauth.platform.intuit.com/",
    "ftp://oauth.platform.intuit.com/",
    "https://oauth.platform.intuit.com.evil.test/",
    "https://evil.test/oauth.platform.intuit.com",
    "https://evil.test?https://oauth.platform.intuit.com",
    "https://evil.test#@oauth.platform.intuit.com",
    "https://oauth.platform.intuit.com@evil.test/",
    "https://user:pass@oauth.platform.intuit.com/",
    "https://evil.test\\@oauth.platform.intuit.com/",
    "https://oauth.platform.intuit.com\\@evil.test/",
    "https://oauth.platform.intuit.com\\.evil.test/",
    "https://oauth.platform.intuit.com:8443/",
    "https://oauth.platform.intuit.com:0/",
    "https://oauth.platform.intuit.com:abc/",
    "https://oauth.platform.intuit.com:99999/",
    "https://intuit.com/",
    "https://developer.intuit.com/",
    "https://evil-oauth.platform.intuit.com/",
    "https://oauth.platform.intuit.com。evil.test/",
    "https://oauth.platform.intuit.com\u2100evil.test/",
    "https://[oauth.platform.intuit.com/",
    "https://[::1/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://127.0.0.1:9/",
    "http://169.254.169.254/",
]


@pytest.mark.parametrize("url", HOSTILE)
@pytest.mark.parametrize("where", [PRODUCTION, PRACTICE])
def test_hostile_addresses_get_no_secret(url: str, where: Environment) -> None:
    assert may_receive_secrets(url, where) is False


@pytest.mark.parametrize(
    "url",
    [
        TOKEN,
        "HTTPS://OAUTH.PLATFORM.INTUIT.COM/x",
        "https://quickbooks.api.intuit.com:443/v3",
        "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    ],
)
def test_intuits_own_hosts_do(url: str) -> None:
    assert may_receive_secrets(url, PRODUCTION)
    assert not may_receive_secrets(url, PRACTICE)


@pytest.mark.parametrize(
    ("url", "is_trusted"),
    [
        ("http://127.0.0.1:8443/", True),
        ("https://127.0.0.1:8443/", True),
        ("http://localhost/", True),
        ("https://qb.test/", True),
        ("http://qb.test/", False),
        ("http://qb.test:443/", False),
        ("https://qb.test:8443/", False),
        ("http://127.0.0.1:8444/", False),
        ("http://127.0.0.2:8443/", False),
        ("http://127.0.0.1:0/", False),
    ],
)
def test_trusted_hosts_count_in_practice_with_their_port_and_never_in_production(
    url: str, *, is_trusted: bool
) -> None:
    assert may_receive_secrets(url, PRACTICE) is is_trusted
    assert not may_receive_secrets(url, environment(EnvironmentKind.PRODUCTION, "127.0.0.1:8443"))


@given(st.text(max_size=80))
def test_no_text_brings_the_guard_down(url: str) -> None:
    assert may_receive_secrets(url, PRODUCTION) is False
    assert may_receive_secrets(f"https://{url}", PRODUCTION) is False


REQUEST = AuthorizationRequest("https://a.test", "https://back.test/r", "state-1")


def test_a_good_redirect_gives_code_and_company() -> None:
    found = read_redirect(REQUEST, " https://back.test/r?code=c%2B1&state=state-1&realmId=12 \n")
    assert (found.code, found.realm_id) == ("c+1", "12")
    assert "c+1" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "code",
        "https://back.test/r",
        "https://back.test/r?code=c",
        "https://back.test/r?code=c&state=",
        "https://back.test/r?code=c&state=state-2",
        "https://back.test/r?code=c&state=zustand-ü",
        "https://back.test/r?state=state-1",
        "https://back.test/r?code=&state=state-1",
        "https://back.test/other?code=c&state=state-1",
        "https://evil.test/r?code=c&state=state-1",
        "http://back.test/r?code=c&state=state-1",
        "https://back.test:444/r?code=c&state=state-1",
        "https://back.test@evil.test/r?code=c&state=state-1",
        "https://back.test/r#code=c&state=state-1",
        "https://[back.test/r?code=c&state=state-1",
        "https://back.test/r?code=c&state=state-2&state=state-1",
        "https://back.test/r?error=access_denied&state=state-2",
    ],
)
def test_other_addresses_are_not_used(url: str) -> None:
    with pytest.raises(UnreadableAnswerError) as caught:
        read_redirect(REQUEST, url)
    assert caught.value.remedy


def test_a_person_who_refuses_cancels() -> None:
    with pytest.raises(Cancelled):
        read_redirect(REQUEST, "https://back.test/r?error=access_denied&state=state-1")


def test_other_errors_are_told_in_the_services_words() -> None:
    url = "https://back.test/r?error=server_error&error_description=Try+later&state=state-1"
    with pytest.raises(RequestRejectedError, match="Try later") as caught:
        read_redirect(REQUEST, url)
    assert caught.value.code == "server_error"


@given(st.text(max_size=60))
def test_no_redirect_brings_the_reader_down(text: str) -> None:
    for url in (text, f"https://back.test/r?{text}", f"https://{text}"):
        with pytest.raises(AppError):
            read_redirect(REQUEST, url)


@pytest.mark.parametrize(
    ("kind", "api"),
    [
        (EnvironmentKind.PRODUCTION, "https://quickbooks.api.intuit.com"),
        (EnvironmentKind.SANDBOX, "https://sandbox-quickbooks.api.intuit.com"),
    ],
)
def test_defaults_of_an_environment_may_receive_secrets(kind: EnvironmentKind, api: str) -> None:
    where = environment(kind)
    assert where.default_api_url == api
    assert where.default_token_url == TOKEN
    for url in (where.default_api_url, where.default_token_url, where.revoke_url):
        assert may_receive_secrets(url, where)
    assert where.is_live is (kind is EnvironmentKind.PRODUCTION)


def test_a_practice_environment_stays_at_its_own_address() -> None:
    where = environment(
        EnvironmentKind.PRACTICE,
        "127.0.0.1:8443",
        quickbooks_authorize_url="http://127.0.0.1:8443/connect/oauth2",
    )
    for url in (where.default_api_url, where.default_token_url, where.revoke_url):
        assert url.startswith("http://127.0.0.1:8443")
        assert may_receive_secrets(url, where)
