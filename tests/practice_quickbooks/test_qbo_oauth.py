"""Sign-in, consent and tokens, as a browser and a program go through them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from psaqb_desktop.practice.group import (
    GB,
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
    PRACTICE_REDIRECT_URIS,
)
from psaqb_desktop.practice.http_server import RunningServer
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json

REDIRECT = PRACTICE_REDIRECT_URIS[1]
ACCOUNTING = "com.intuit.quickbooks.accounting"
APP = (PRACTICE_INTUIT_CLIENT_ID, PRACTICE_INTUIT_CLIENT_SECRET)


class Person:
    """Fills in the forms as they are on the pages."""

    def __init__(self, server: RunningServer, http: requests.Session) -> None:
        self.url = server.url
        self.http = http

    def asks(self, **changes: str | None) -> dict[str, str]:
        asked = {
            "client_id": PRACTICE_INTUIT_CLIENT_ID,
            "response_type": "code",
            "scope": ACCOUNTING,
            "redirect_uri": REDIRECT,
            "state": "a b&c=d/é",
        }
        return {name: value for name, value in (asked | changes).items() if value is not None}

    def open(self, asked: dict[str, str]) -> requests.Response:
        address = f"{self.url}/connect/oauth2?{urlencode(asked)}"
        return self.http.get(address, timeout=TIMEOUT, allow_redirects=False)

    def sends(self, page: requests.Response, form_id: str, **fields: str) -> requests.Response:
        form = re.search(rf'<form method="(\w+)" id="{form_id}" action="([^"]+)">', page.text)
        assert form, page.text
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
        sent = {name: value.replace("&amp;", "&") for name, value in hidden} | fields
        address = self.url + form[2]
        if form[1] == "get":
            return self.http.get(address, params=sent, timeout=TIMEOUT, allow_redirects=False)
        headers = {"Origin": self.url}
        answer = self.http.post(
            address, data=sent, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
        if answer.status_code == 303:
            return self.http.get(
                self.url + answer.headers["Location"], timeout=TIMEOUT, allow_redirects=False
            )
        return answer

    def goes_to_consent(self, asked: dict[str, str]) -> requests.Response:
        page = self.sends(
            self.open(asked), "sign-in-form", email="a@b.example", password="practice"
        )
        assert all(name in page.text for name in ("Alder &amp; Finch Ltd", "GmbH"))
        return self.sends(page, "company-form", realm_id=GB.realm_id)

    def connects(self, asked: dict[str, str]) -> dict[str, str]:
        answer = self.sends(self.goes_to_consent(asked), "consent-form", decision="connect")
        return redirected(answer)


def redirected(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["Location"]).query, keep_blank_values=True)
    return {name: values[0] for name, values in query.items()}


def token(
    server: RunningServer, form: dict[str, str], auth: tuple[str, str] | None = APP
) -> requests.Response:
    return requests.post(
        f"{server.url}/oauth2/v1/tokens/bearer",
        data=form,
        auth=auth,
        headers={"Accept": "application/json", "Connection": "close"},
        timeout=TIMEOUT,
    )


def exchange(server: RunningServer, code: str, redirect_uri: str = REDIRECT) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    return token(server, form)


def refresh(server: RunningServer, refresh_token: str) -> requests.Response:
    return token(server, {"grant_type": "refresh_token", "refresh_token": refresh_token})


@pytest.fixture
def person(server: RunningServer, http: requests.Session) -> Person:
    return Person(server, http)


def set_options(server: RunningServer, **options: object) -> None:
    requests.post(
        f"{server.url}/_practice/options", json=options, timeout=TIMEOUT
    ).raise_for_status()


def test_a_person_connects_a_company(person: Person, server: RunningServer) -> None:
    page = person.goes_to_consent(person.asks())
    assert "Practice QuickBooks</strong> – not real books" in page.text
    assert ACCOUNTING in page.text
    assert "<script" not in page.text
    answer = redirected(person.sends(page, "consent-form", decision="connect"))
    assert answer["state"] == "a b&c=d/é"
    assert answer["realmId"] == GB.realm_id
    exchanged = exchange(server, answer["code"])
    assert exchanged.status_code == 200
    assert exchanged.headers["Cache-Control"] == "no-cache, no-store"
    tokens = exchanged.json()
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["x_refresh_token_expires_in"] == 8726400
    assert "realmId" not in tokens
    assert "x_refresh_token_hard_expires_in" not in tokens
    assert 700 <= len(tokens["access_token"]) <= 1000
    assert 45 <= len(tokens["refresh_token"]) <= 60
    info = requests.get(
        f"{server.url}/v3/company/{GB.realm_id}/companyinfo/{GB.realm_id}",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        timeout=TIMEOUT,
    )
    assert info.json()["CompanyInfo"]["CompanyName"] == GB.company_name
    again = exchange(server, answer["code"])
    assert (again.status_code, again.text) == (400, '{"error": "invalid_grant"}')


def test_a_person_says_no(person: Person) -> None:
    page = person.goes_to_consent(person.asks())
    answer = redirected(person.sends(page, "consent-form", decision="no"))
    assert answer == {"error": "access_denied", "state": "a b&c=d/é"}


def test_a_wrong_password_is_told(person: Person) -> None:
    page = person.open(person.asks())
    again = person.sends(page, "sign-in-form", email="a@b.example", password="guess")
    assert again.status_code == 401
    assert 'id="problem"' in again.text


def test_without_state_none_comes_back(person: Person) -> None:
    assert person.connects(person.asks(state=None)).keys() == {"code", "realmId"}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "ABsomebodyElse"},
        {"redirect_uri": "https://psaqb.invalid/quickbooks/callback/"},
        {"redirect_uri": "https://evil.example/?x=https://psaqb.invalid/quickbooks/callback"},
        {"redirect_uri": "http://127.0.0.1:4444/quickbooks/callback"},
        {"redirect_uri": "http://me@localhost:4444/quickbooks/callback"},
        {"redirect_uri": "http://localhost:4444/other"},
        {"redirect_uri": "http://localhost:99999/quickbooks/callback"},
        {"redirect_uri": None},
    ],
)
def test_an_unsafe_request_is_never_redirected(person: Person, changes: Json) -> None:
    page = person.open(person.asks(**changes))
    assert page.status_code == 400
    assert "Location" not in page.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_other_mistakes_go_back_to_the_app(person: Person, changes: Json, error: str) -> None:
    assert redirected(person.open(person.asks(**changes)))["error"] == error


def test_a_desktop_program_listens_on_any_port(person: Person) -> None:
    local = "http://localhost:49152/quickbooks/callback"
    assert "code" in person.connects(person.asks(redirect_uri=local))


def test_a_code_goes_with_its_redirect_address_and_its_time(
    person: Person, server: RunningServer
) -> None:
    code = person.connects(person.asks())["code"]
    other = exchange(server, code, PRACTICE_REDIRECT_URIS[0])
    assert (other.status_code, other.text) == (400, '{"error": "invalid_grant"}')
    set_options(server, clock_offset_seconds=601.0)
    late = exchange(server, code)
    assert late.status_code == 400


def test_a_refresh_token_is_replaced_once_a_day(server: RunningServer, gb: CompanyClient) -> None:
    first = gb.tokens["refresh_token"]
    same = refresh(server, first).json()
    assert same["refresh_token"] == first
    assert same["access_token"] != gb.tokens["access_token"]
    set_options(server, clock_offset_seconds=86_000.0)
    aged = refresh(server, first).json()
    assert aged["refresh_token"] == first
    assert 8726400 - 86_010 <= aged["x_refresh_token_expires_in"] <= 8726400 - 86_000
    set_options(server, clock_offset_seconds=86_401.0)
    replaced = refresh(server, first).json()
    assert replaced["refresh_token"] != first
    assert replaced["x_refresh_token_expires_in"] == 8726400
    dead = refresh(server, first)
    assert dead.status_code == 400
    assert dead.json() == {
        "error_description": "Incorrect or invalid refresh token",
        "error": "invalid_grant",
    }
    assert refresh(server, replaced["refresh_token"]).status_code == 200


def test_an_old_token_may_live_on_for_a_day(server: RunningServer, gb: CompanyClient) -> None:
    first = gb.tokens["refresh_token"]
    set_options(server, old_token_dies=False, rotate_after_seconds=0)
    newer = refresh(server, first).json()["refresh_token"]
    assert newer != first
    assert refresh(server, first).status_code == 200
    set_options(server, clock_offset_seconds=86_401.0)
    assert refresh(server, first).status_code == 400


def test_dead_and_foreign_tokens(server: RunningServer, gb: CompanyClient) -> None:
    foreign = refresh(server, gb.tokens["access_token"]).json()
    assert foreign["error_description"] == "Incorrect Token type or clientID"
    unknown = refresh(server, "RT1-never-issued").json()
    assert unknown["error_description"] == "Incorrect or invalid refresh token"
    set_options(server, clock_offset_seconds=8_726_401.0)
    assert refresh(server, gb.tokens["refresh_token"]).json() == {
        "error_description": "Token invalid",
        "error": "invalid_grant",
    }


def test_the_end_of_consent_is_told_on_request(server: RunningServer, gb: CompanyClient) -> None:
    answer = requests.post(
        f"{server.url}/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": gb.tokens["refresh_token"]},
        auth=APP,
        headers={"x-include-refresh-token-hard-expires-in": "true"},
        timeout=TIMEOUT,
    )
    assert 157_679_000 < answer.json()["x_refresh_token_hard_expires_in"] <= 157_680_000


def test_the_app_proves_itself_in_either_way(server: RunningServer, gb: CompanyClient) -> None:
    refresh_token = gb.tokens["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    posted = token(server, form | {"client_id": APP[0], "client_secret": APP[1]}, None)
    assert posted.status_code == 200
    for auth in ((APP[0], "guess"), ("ABother", APP[1]), None):
        refused = token(server, form, auth)
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    assert token(server, {"grant_type": "password"}).json() == {"error": "unsupported_grant_type"}
    assert token(server, {"grant_type": "refresh_token"}).json() == {"error": "invalid_request"}


def test_revoking_ends_everything(server: RunningServer, gb: CompanyClient) -> None:
    body = {"token": gb.tokens["refresh_token"]}
    address = f"{server.url}/v2/oauth2/tokens/revoke"
    assert requests.post(address, json=body, timeout=TIMEOUT).status_code == 401
    assert requests.post(address, json=body, auth=APP, timeout=TIMEOUT).status_code == 200
    assert refresh(server, gb.tokens["refresh_token"]).status_code == 400
    assert gb.call("GET", "preferences").status_code == 401


def test_the_gateway_speaks_in_lower_case(
    server: RunningServer, gb: CompanyClient, us: CompanyClient
) -> None:
    set_options(server, clock_offset_seconds=3601.0)
    expired = gb.call("GET", "preferences")
    assert expired.status_code == 401
    assert expired.headers["intuit_tid"]
    fault = expired.json()["fault"]
    assert fault["type"] == "AUTHENTICATION"
    assert fault["error"] == [
        {
            "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
            "detail": "Token expired",
            "code": "3200",
            "element": None,
        }
    ]
    gb.tokens = us.new_tokens()
    wrong = gb.call("GET", "preferences")
    assert wrong.status_code == 403
    assert wrong.json()["fault"]["error"][0]["code"] == "3100"
    gb.tokens = gb.new_tokens(scope="openid")
    assert gb.call("GET", "preferences").status_code == 403
    bare = requests.get(f"{gb.base}/preferences", timeout=TIMEOUT)
    assert (bare.status_code, bare.json()["fault"]["error"][0]["code"]) == (401, "3202")


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_tokens_can_be_ended_early(server: RunningServer, gb: CompanyClient, kind: str) -> None:
    def status() -> int:
        if kind == "access":
            return gb.call("GET", "preferences").status_code
        return refresh(server, gb.tokens["refresh_token"]).status_code

    assert status() == 200
    body = {"realm_id": GB.realm_id, "kind": kind}
    address = f"{server.url}/_practice/tokens/expire"
    assert requests.post(address, json=body, timeout=TIMEOUT).json()["expired"] > 0
    assert status() == (401 if kind == "access" else 400)


def test_discovery_and_user_information(server: RunningServer, person: Person) -> None:
    found = requests.get(f"{server.url}/.well-known/openid_configuration", timeout=TIMEOUT).json()
    assert found["token_endpoint"] == f"{server.url}/oauth2/v1/tokens/bearer"
    code = person.connects(person.asks(scope=f"{ACCOUNTING} openid email"))["code"]
    tokens = exchange(server, code).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    user = requests.get(found["userinfo_endpoint"], headers=headers, timeout=TIMEOUT)
    assert user.json()["email"] == "a@b.example"


def test_foreign_sites_send_no_forms(server: RunningServer) -> None:
    answer = requests.post(
        f"{server.url}/_practice/reset", headers={"Origin": "https://evil.example"}, timeout=TIMEOUT
    )
    assert answer.status_code == 403
    rebound = requests.get(server.url, headers={"Host": "evil.example"}, timeout=TIMEOUT)
    assert rebound.status_code == 403
