"""python-quickbooks and Intuit's own OAuth client for Python, as their packages bring them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from quickbooks import QuickBooks

from psaqb_desktop.practice.group import (
    GB,
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
    PRACTICE_REDIRECT_URIS,
)
from tests.foreign_clients import quickbooks_python_list_operations
from tests.foreign_clients.quickbooks_python_oauth_operations import OAUTH_OPERATIONS
from tests.foreign_clients.quickbooks_python_operations import OPERATIONS
from tests.foreign_clients.quickbooks_running import (
    RunningQuickBooks,
    quickbooks_for_foreign_clients,
)

assert quickbooks_python_list_operations.__doc__  # imported for the operations it enters


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningQuickBooks]:
    folder = tmp_path_factory.mktemp("python-quickbooks")
    # The client refuses plain HTTP, which is all that loopback has.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
        with quickbooks_for_foreign_clients(folder) as service:
            yield service


def new_auth(running: RunningQuickBooks) -> AuthClient:
    return AuthClient(
        PRACTICE_INTUIT_CLIENT_ID,
        PRACTICE_INTUIT_CLIENT_SECRET,
        PRACTICE_REDIRECT_URIS[0],
        f"{running.url}/.well-known/openid_configuration/",
    )


@pytest.fixture
def auth(running: RunningQuickBooks) -> Iterator[Any]:
    with new_auth(running) as client:
        yield client


@pytest.fixture(scope="module")
def client(running: RunningQuickBooks) -> Iterator[Any]:
    class PracticeClient(QuickBooks):  # type: ignore[misc]
        api_url_v3 = f"{running.url}/v3"
        sandbox_api_url_v3 = f"{running.url}/v3"

    with new_auth(running) as auth:
        redirected = running.consent(auth.get_authorization_url([Scopes.ACCOUNTING]), GB.realm_id)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(redirected).query).items()}
        auth.get_bearer_token(answer["code"], realm_id=answer["realmId"])
        made = PracticeClient(
            auth_client=auth,
            refresh_token=auth.refresh_token,
            company_id=auth.realm_id,
            minorversion=75,
        )
        made.use_decimal = True
        yield made
        made.session.close()


@pytest.mark.parametrize("name", OPERATIONS)
def test_python_quickbooks_can(client: Any, name: str) -> None:
    OPERATIONS[name](client)


@pytest.mark.parametrize("name", OAUTH_OPERATIONS)
def test_intuits_python_oauth_client_can(running: RunningQuickBooks, auth: Any, name: str) -> None:
    OAUTH_OPERATIONS[name](auth, running)
