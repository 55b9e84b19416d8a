"""Sign-in as Entra ID does it."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from psaqb_desktop.practice.group import (
    PRACTICE_CRM_CLIENT_ID,
    PRACTICE_CRM_CLIENT_SECRET,
    PRACTICE_TENANT,
)


def _authorize(crm: Any, **changed: str) -> requests.Response:
    asked = crm.asked(secrets.token_urlsafe(48)) | changed
    address = f"{crm.base_url}/{PRACTICE_TENANT}/oauth2/v2.0/authorize"
    return requests.get(address, params=asked, allow_redirects=False, timeout=30)


def _code(crm: Any, verifier: str, **changed: str) -> tuple[str, str]:
    asked = crm.asked(verifier) | {"user": "ada", "decision": "accept"} | changed
    address = f"{crm.base_url}/{PRACTICE_TENANT}/oauth2/v2.0/authorize"
    answer = requests.post(address, data=asked, allow_redirects=False, timeout=30)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["a state"]
    return query["code"][0], asked["redirect_uri"]


def test_the_page_offers_people_and_one_accept_button(crm: Any) -> None:
    page = _authorize(crm)
    assert page.status_code == 200
    assert 'id="user-ada"' in page.text
    assert 'id="user-ben"' in page.text
    assert 'id="accept"' in page.text
    assert "<script" not in page.text


def test_the_login_hint_chooses_the_person(crm: Any) -> None:
    page = _authorize(crm, login_hint="ben@alderfinch.example")
    assert 'value="ben" checked' in page.text


def test_a_code_with_the_right_verifier_becomes_tokens(crm: Any) -> None:
    tokens = crm.sign_in("ada")
    assert tokens["token_type"] == "Bearer"
    assert tokens["refresh_token"]
    assert tokens["id_token"].count(".") == 2


def test_a_code_can_be_redeemed_once(crm: Any) -> None:
    verifier = secrets.token_urlsafe(48)
    code, redirect_uri = _code(crm, verifier)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    assert crm.token_call(**form).status_code == 200
    again = crm.token_call(**form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_wrong_verifier_is_aadsts501481(crm: Any) -> None:
    code, redirect_uri = _code(crm, secrets.token_urlsafe(48))
    answer = crm.token_call(
        grant_type="authorization_code",
        code=code,
        redirect_uri=redirect_uri,
        code_verifier=secrets.token_urlsafe(48),
    )
    body = answer.json()
    assert answer.status_code == 400
    assert body["error"] == "invalid_grant"
    assert body["error_codes"] == [501481]
    assert body["error_description"].startswith("AADSTS501481: ")
    assert {"timestamp", "trace_id", "correlation_id"} <= set(body)


@pytest.mark.parametrize("port", [1, 8400, 65535])
def test_localhost_matches_on_any_port(crm: Any, port: int) -> None:
    assert _authorize(crm, redirect_uri=f"http://localhost:{port}").status_code == 200


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://localhost:8400/elsewhere",
        "https://localhost/",
        "http://127.0.0.1:8400/",
        "http://evil.example/",
    ],
)
def test_another_redirect_is_aadsts50011_and_never_followed(crm: Any, redirect_uri: str) -> None:
    page = _authorize(crm, redirect_uri=redirect_uri)
    assert page.status_code == 400
    assert "AADSTS50011" in page.text
    assert "Location" not in page.headers


def test_the_native_client_page_is_a_redirect_of_the_authority(crm: Any) -> None:
    address = f"{crm.base_url}/common/oauth2/nativeclient"
    assert _authorize(crm, redirect_uri=address).status_code == 200
    assert requests.get(address, timeout=30).status_code == 200


def test_a_redirect_without_path_comes_back_with_a_slash(crm: Any) -> None:
    asked = crm.asked("v" * 43) | {
        "redirect_uri": "http://localhost:8400",
        "user": "ada",
        "decision": "accept",
    }
    address = f"{crm.base_url}/{PRACTICE_TENANT}/oauth2/v2.0/authorize"
    answer = requests.post(address, data=asked, allow_redirects=False, timeout=30)
    assert answer.headers["Location"].startswith("http://localhost:8400/?code=")


def test_cancelling_comes_back_as_access_denied(crm: Any) -> None:
    asked = crm.asked("v" * 43) | {"user": "ada", "decision": "cancel"}
    address = f"{crm.base_url}/{PRACTICE_TENANT}/oauth2/v2.0/authorize"
    answer = requests.post(address, data=asked, allow_redirects=False, timeout=30)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["error"] == ["access_denied"]
    assert query["state"] == ["a state"]


def test_prompt_none_without_session_is_login_required(crm: Any) -> None:
    answer = _authorize(crm, prompt="none")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["error"] == ["login_required"]
    assert "AADSTS50058" in query["error_description"][0]


def test_refreshing_gives_a_new_token_and_the_old_one_stays_valid(crm: Any) -> None:
    old = crm.sign_in("ada")["refresh_token"]
    first = crm.token_call(grant_type="refresh_token", refresh_token=old).json()
    assert first["refresh_token"] != old
    assert crm.token_call(grant_type="refresh_token", refresh_token=old).status_code == 200


def test_a_revoked_refresh_token_is_invalid_grant(own_crm: Any) -> None:
    token = own_crm.sign_in("ada")["refresh_token"]
    own_crm.post("/_practice/revoke", json={"user": "ada"})
    answer = own_crm.token_call(grant_type="refresh_token", refresh_token=token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert answer.json()["error_codes"] == [50173]


def test_a_wrong_secret_is_401_invalid_client(crm: Any) -> None:
    answer = crm.token_call(
        grant_type="client_credentials", client_secret="no", scope=f"{crm.base_url}/.default"
    )
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_codes"] == [7000215]


def test_the_secret_may_come_as_basic_authorization(crm: Any) -> None:
    answer = crm.post(
        f"/{PRACTICE_TENANT}/oauth2/v2.0/token",
        data={"grant_type": "client_credentials", "scope": f"{crm.base_url}/.default"},
        auth=(PRACTICE_CRM_CLIENT_ID, PRACTICE_CRM_CLIENT_SECRET),
    )
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()


def test_client_credentials_need_the_default_scope(crm: Any) -> None:
    answer = crm.token_call(
        grant_type="client_credentials",
        client_secret=PRACTICE_CRM_CLIENT_SECRET,
        scope=f"{crm.base_url}/user_impersonation",
    )
    assert answer.json()["error"] == "invalid_scope"


def test_a_public_client_that_sends_a_secret_is_refused(crm: Any) -> None:
    answer = crm.token_call(
        grant_type="refresh_token",
        refresh_token="any",
        client_secret=PRACTICE_CRM_CLIENT_SECRET,
    )
    assert answer.json()["error_codes"] == [700025]


def test_an_unknown_client_and_an_unknown_tenant_are_named(crm: Any) -> None:
    unknown = crm.token_call(client_id="11111111-1111-1111-1111-111111111111")
    assert unknown.json()["error_codes"] == [700016]
    elsewhere = crm.post("/contoso.example/oauth2/v2.0/token", data={})
    assert elsewhere.json()["error_codes"] == [90002]


def test_a_scope_for_another_server_is_aadsts500011(crm: Any) -> None:
    answer = crm.token_call(
        grant_type="client_credentials",
        client_secret=PRACTICE_CRM_CLIENT_SECRET,
        scope="https://contoso.crm.dynamics.com/.default",
    )
    assert answer.json()["error"] == "invalid_resource"
    assert answer.json()["error_codes"] == [500011]


def test_device_code_waits_for_the_person(crm: Any) -> None:
    begun = crm.post(
        f"/{PRACTICE_TENANT}/oauth2/v2.0/devicecode",
        data={
            "client_id": PRACTICE_CRM_CLIENT_ID,
            "scope": f"{crm.base_url}/.default offline_access",
        },
    ).json()
    poll = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": begun["device_code"],
    }
    assert crm.token_call(**poll).json()["error"] == "authorization_pending"
    form = {"code": begun["user_code"], "user": "ada", "decision": "accept"}
    assert requests.post(begun["verification_uri"], data=form, timeout=30).status_code == 200
    tokens = crm.token_call(**poll)
    assert tokens.status_code == 200
    assert tokens.json()["refresh_token"]
    assert crm.token_call(**poll).json()["error"] == "bad_verification_code"


def test_a_declined_device_code_says_so(crm: Any) -> None:
    begun = crm.post(
        f"/{PRACTICE_TENANT}/oauth2/v2.0/devicecode",
        data={"client_id": PRACTICE_CRM_CLIENT_ID, "scope": f"{crm.base_url}/.default"},
    ).json()
    form = {"code": begun["user_code"].lower(), "user": "ada", "decision": "decline"}
    requests.post(begun["verification_uri"], data=form, timeout=30)
    answer = crm.token_call(grant_type="device_code", device_code=begun["device_code"])
    assert answer.json()["error"] == "authorization_declined"


def test_without_token_the_challenge_names_authority_and_resource(crm: Any) -> None:
    answer = requests.get(f"{crm.base_url}/api/data/v9.2/WhoAmI", timeout=30)
    assert answer.status_code == 401
    challenge = answer.headers["WWW-Authenticate"]
    assert f"authorization_uri={crm.base_url}/{PRACTICE_TENANT}" in challenge
    assert f"resource_id={crm.base_url}/" in challenge


def test_an_expired_access_token_is_401(own_crm: Any) -> None:
    own_crm.options(access_token_seconds=-1)
    assert own_crm.application().get("WhoAmI").status_code == 401


def test_someone_without_access_is_403_and_discovers_nothing(crm: Any) -> None:
    eve = crm.person("eve")
    answer = eve.get("WhoAmI")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "0x80072560"
    assert eve.get(f"{crm.base_url}/api/discovery/v2.0/Instances").json()["value"] == []


def test_discovery_lists_the_environment(crm: Any) -> None:
    ada = crm.person("ada")
    found = ada.get(f"{crm.base_url}/api/discovery/v2.0/Instances").json()["value"]
    assert [each["ApiUrl"] for each in found] == [crm.base_url]


def test_the_discovery_document_names_the_end_points(crm: Any) -> None:
    address = f"{crm.base_url}/{PRACTICE_TENANT}/v2.0/.well-known/openid-configuration"
    document = requests.get(address, timeout=30).json()
    assert document["token_endpoint"] == f"{crm.base_url}/{PRACTICE_TENANT}/oauth2/v2.0/token"
