"""Every operation of Intuit's OAuth client for Python, one function each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from psaqb_desktop.practice.group import GB
from tests.foreign_clients.quickbooks_running import RunningQuickBooks

Operation = Callable[[Any, RunningQuickBooks], None]
OAUTH_OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Enter a function under the name of its row."""

    def enter(function: Operation) -> Operation:
        assert name not in OAUTH_OPERATIONS, name
        OAUTH_OPERATIONS[name] = function
        return function

    return enter


def connect(auth: Any, running: RunningQuickBooks, *scopes: Scopes) -> str:
    """Authorizes and exchanges the code; returns the code."""
    address = auth.get_authorization_url(list(scopes) or [Scopes.ACCOUNTING])
    query = parse_qs(urlsplit(running.consent(address, GB.realm_id)).query)
    assert query["state"] == [auth.state_token]
    auth.get_bearer_token(query["code"][0], realm_id=query["realmId"][0])
    return query["code"][0]


def refused(error: str, function: Callable[[], object]) -> None:
    with pytest.raises(AuthClientError) as caught:
        function()
    assert caught.value.status_code == 400
    assert error in str(caught.value.content)
    assert caught.value.intuit_tid


@operation("discovery")
def discovery(auth: Any, running: RunningQuickBooks) -> None:
    assert auth.auth_endpoint == f"{running.url}/connect/oauth2"
    assert auth.issuer_uri == "https://oauth.platform.intuit.com/op/v1"


@operation("authorize and exchange the code")
def exchange(auth: Any, running: RunningQuickBooks) -> None:
    connect(auth, running)
    assert auth.realm_id == GB.realm_id
    assert auth.expires_in == 3600
    assert auth.x_refresh_token_expires_in == 8_726_400


@operation("a code is good once")
def code_once(auth: Any, running: RunningQuickBooks) -> None:
    code = connect(auth, running)
    refused("invalid_grant", lambda: auth.get_bearer_token(code, realm_id=GB.realm_id))


@operation("refresh")
def refresh(auth: Any, running: RunningQuickBooks) -> None:
    connect(auth, running)
    before = auth.access_token
    auth.refresh()
    assert auth.access_token != before


@operation("refresh brings a new token after a day, and ends the old one")
def rotation(auth: Any, running: RunningQuickBooks) -> None:
    running.control("options", rotate_after_seconds=0)
    try:
        connect(auth, running)
        old = auth.refresh_token
        auth.refresh()
        assert auth.refresh_token != old
        refused("invalid_grant", lambda: auth.refresh(refresh_token=old))
    finally:
        running.control("options", rotate_after_seconds=86_400)


@operation("revoke")
def revoke(auth: Any, running: RunningQuickBooks) -> None:
    connect(auth, running)
    token = auth.refresh_token
    assert auth.revoke()
    refused("invalid_grant", lambda: auth.refresh(refresh_token=token))


@operation("revoke by the access token")
def revoke_access(auth: Any, running: RunningQuickBooks) -> None:
    connect(auth, running)
    token = auth.refresh_token
    assert auth.revoke(token=auth.access_token)
    refused("invalid_grant", lambda: auth.refresh(refresh_token=token))


@operation("id token, checked by its signature")
def id_token(auth: Any, running: RunningQuickBooks) -> None:
    # The client drops an id token that does not hold.
    connect(auth, running, Scopes.OPENID, Scopes.EMAIL)
    assert auth.id_token is not None


@operation("user information")
def user_info(auth: Any, running: RunningQuickBooks) -> None:
    connect(auth, running, Scopes.OPENID, Scopes.EMAIL)
    auth.user_info_url = f"{running.url}/v1/openid_connect/userinfo"
    answer = auth.get_user_info()
    assert answer.json()["email"] == "ap@group.example"


@operation("user information without the scope is refused")
def user_info_refused(auth: Any, running: RunningQuickBooks) -> None:
    connect(auth, running)
    with pytest.raises(AuthClientError) as caught:
        auth.get_user_info()
    assert caught.value.status_code == 401
