from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import requests

from psaqb_desktop.adapters.dataverse.loopback import LoopbackListener
from psaqb_desktop.domain.environment import SignInMethod
from psaqb_desktop.domain.errors import (
    Cancelled,
    RequestRejectedError,
    SignInNeededError,
    UnreadableAnswerError,
    UntrustedHostError,
)
from psaqb_desktop.practice.group import PRACTICE_CRM_CLIENT_SECRET
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm, browse


def test_a_person_signs_in_and_is_known(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    assert not desk.sign_in.can_sign_in_silently()
    request = desk.sign_in.begin()
    assert request.redirect_uri == f"{reading_crm.url}/common/oauth2/nativeclient"
    assert "127.0.0.1" in request.allowed_hosts
    assert "code_challenge_method=S256" in request.url
    desk.sign_in.finish(request, browse(request, "cleo"))
    user = desk.sign_in.who_am_i()
    assert (user.name, user.email) == ("Cleo Clerk", "cleo@alderfinch.example")
    assert desk.sign_in.can_sign_in_silently()


def test_a_new_program_start_signs_in_silently(reading_crm: PracticeCrm) -> None:
    first = reading_crm.desk("ada")
    second = Desk(reading_crm)
    second.secrets.update(first.secrets)
    assert second.sign_in.who_am_i().name == "Ada Ledger"


def test_the_newest_refresh_token_is_stored(reading_crm: PracticeCrm) -> None:
    desk = reading_crm.desk("ada")
    (before,) = desk.secrets.values()
    desk.clock.ahead = timedelta(hours=2)
    desk.sign_in.access_token()
    (after,) = desk.secrets.values()
    assert after != before


def test_an_access_token_is_kept_while_it_is_good(reading_crm: PracticeCrm) -> None:
    desk = reading_crm.desk("ada")
    first = desk.sign_in.access_token()
    assert desk.sign_in.access_token() == first
    desk.clock.ahead = timedelta(minutes=58, seconds=30)
    assert desk.sign_in.access_token() != first


def test_threads_share_one_new_token(reading_crm: PracticeCrm) -> None:
    desk = reading_crm.desk("ada")
    refused = desk.sign_in.access_token()
    tokens: list[str] = []
    threads = [
        threading.Thread(target=lambda: tokens.append(desk.sign_in.access_token(refused=refused)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 1
    assert refused not in tokens


def test_a_refused_access_token_is_replaced_once(reading_crm: PracticeCrm) -> None:
    desk = reading_crm.desk("ben")
    desk.sign_in.who_am_i()
    reading_crm.revoke("access", "ben")
    assert desk.sign_in.who_am_i().name == "Ben Viewer"


def test_a_revoked_sign_in_asks_for_the_person(reading_crm: PracticeCrm) -> None:
    desk = reading_crm.desk("cleo")
    reading_crm.revoke("refresh", "cleo")
    desk.clock.ahead = timedelta(hours=2)
    with pytest.raises(SignInNeededError):
        desk.sign_in.who_am_i()
    assert not desk.sign_in.can_sign_in_silently()


def test_signing_out_forgets(reading_crm: PracticeCrm) -> None:
    desk = reading_crm.desk("ada")
    desk.sign_in.sign_out()
    assert not desk.secrets
    with pytest.raises(SignInNeededError):
        desk.sign_in.access_token()


def test_declining_is_no_error(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    request = desk.sign_in.begin()
    with pytest.raises(Cancelled):
        desk.sign_in.finish(request, browse(request, "ada", "cancel"))


def test_another_sign_in_s_address_is_not_used(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    redirected = browse(desk.sign_in.begin(), "ada")
    with pytest.raises(UnreadableAnswerError):
        desk.sign_in.finish(desk.sign_in.begin(), redirected)
    assert not desk.secrets


def test_a_code_works_once(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    request = desk.sign_in.begin()
    redirected = browse(request, "ada")
    desk.sign_in.finish(request, redirected)
    with pytest.raises(SignInNeededError):
        desk.sign_in.finish(request, redirected)


def test_the_system_browser_returns_over_loopback(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    with LoopbackListener() as listener:
        request = desk.sign_in.begin(listener.redirect_uri)

        def browser() -> None:
            requests.get(browse(request, "ada").replace("localhost", "127.0.0.1"), timeout=10)

        thread = threading.Thread(target=browser)
        thread.start()
        desk.sign_in.finish(request, listener.wait(20))
        thread.join()
    assert desk.sign_in.who_am_i().name == "Ada Ledger"


def test_a_device_code_waits_for_the_other_screen(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    code = desk.sign_in.begin_device_code()
    assert desk.sign_in.poll_device_code(code) is False
    form = {"code": code.user_code, "user": "ada", "decision": "accept"}
    requests.post(code.verification_uri, data=form, timeout=10).raise_for_status()
    assert desk.sign_in.poll_device_code(code) is True
    assert desk.sign_in.who_am_i().name == "Ada Ledger"


def test_a_device_code_ends(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    code = desk.sign_in.begin_device_code()
    desk.clock.ahead = timedelta(hours=1)
    with pytest.raises(SignInNeededError, match="in time"):
        desk.sign_in.poll_device_code(code)


def test_an_application_signs_in_with_its_secret(reading_crm: PracticeCrm) -> None:
    environment = reading_crm.environment(SignInMethod.CLIENT_CREDENTIALS)
    desk = Desk(reading_crm, environment, client_secret=lambda: PRACTICE_CRM_CLIENT_SECRET)
    assert desk.sign_in.can_sign_in_silently()
    desk.sign_in.sign_in_unattended()
    assert "application" in desk.sign_in.who_am_i().name
    assert not desk.secrets


def test_a_wrong_secret_is_said_plainly(reading_crm: PracticeCrm) -> None:
    environment = reading_crm.environment(SignInMethod.CLIENT_CREDENTIALS)
    desk = Desk(reading_crm, environment, client_secret=lambda: "wrong")
    with pytest.raises(RequestRejectedError, match="client secret is wrong") as caught:
        desk.sign_in.sign_in_unattended()
    assert "AADSTS7000215" in caught.value.details


def test_somebody_without_access_to_the_crm_is_told(reading_crm: PracticeCrm) -> None:
    desk = reading_crm.desk("eve")
    with pytest.raises(RequestRejectedError, match="not a member"):
        desk.sign_in.who_am_i()


def test_a_wrong_client_id_is_said_plainly(reading_crm: PracticeCrm) -> None:
    desk = Desk(
        reading_crm, reading_crm.environment(client_id="5f3c0000-0000-4000-8000-000000000000")
    )
    desk.secrets.set("crm/Practice/refresh-token", "anything")
    with pytest.raises(RequestRejectedError, match="client id is not known"):
        desk.sign_in.access_token()


def test_tokens_never_travel_unprotected(reading_crm: PracticeCrm) -> None:
    with pytest.raises(UntrustedHostError):
        Desk(reading_crm, reading_crm.environment(crm_url="http://crm.example"))
    with pytest.raises(UntrustedHostError):
        Desk(reading_crm, reading_crm.environment(authority="http://login.example"))
