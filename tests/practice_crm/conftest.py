"""A practice CRM on a real port, and people who sign in to it."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from psaqb_desktop.practice import group
from psaqb_desktop.practice.crm.app import create_app, environment_of
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.http_server import serve

TENANT = group.PRACTICE_TENANT
CLIENT = group.PRACTICE_CRM_CLIENT_ID


class Api:
    """A signed-in caller of the Web API."""

    def __init__(self, base_url: str, token: str) -> None:
        self.root = f"{base_url}/api/data/v9.2/"
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **given: Any) -> requests.Response:
        url = path if path.startswith("http") else self.root + path
        return self.http.request(method, url, timeout=30, **given)

    def get(self, path: str, **given: Any) -> requests.Response:
        return self.call("GET", path, **given)

    def rows(self, path: str, **given: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **given)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json(parse_float=Decimal)["value"]
        return found

    def create(self, set_name: str, body: dict[str, Any], **given: Any) -> str:
        answer = self.call("POST", set_name, json=body, **given)
        assert answer.status_code == 204, answer.text
        return answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")


class Crm:
    """One running practice CRM."""

    def __init__(self, folder: Path, options: CrmOptions) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{port}"
        self._app = create_app(folder, base_url=self.base_url, options=options)
        self._server = serve(self._app, "127.0.0.1", port)
        self._callers: list[Api] = []

    def close(self) -> None:
        for caller in self._callers:
            caller.http.close()
        self._server.close()
        environment_of(self._app).close()

    def post(self, path: str, **given: Any) -> requests.Response:
        return requests.post(self.base_url + path, timeout=30, **given)

    def token_call(self, **form: str) -> requests.Response:
        form = {"client_id": CLIENT} | form
        return self.post(f"/{TENANT}/oauth2/v2.0/token", data=form)

    def options(self, **values: Any) -> None:
        assert self.post("/_practice/options", json=values).status_code == 200

    def audit(self) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.base_url}/_practice/audit", timeout=30)
        found: list[dict[str, Any]] = answer.json()["entries"]
        return found

    def application(self) -> Api:
        """The application user: an administrator."""
        answer = self.token_call(
            grant_type="client_credentials",
            client_secret=group.PRACTICE_CRM_CLIENT_SECRET,
            scope=f"{self.base_url}/.default",
        )
        return self._caller(answer.json()["access_token"])

    def person(self, key: str) -> Api:
        """Someone who signs in on the page."""
        return self._caller(self.sign_in(key)["access_token"])

    def sign_in(self, key: str) -> dict[str, Any]:
        verifier = secrets.token_urlsafe(48)
        asked = self.asked(verifier)
        page = requests.post(
            f"{self.base_url}/{TENANT}/oauth2/v2.0/authorize",
            data=asked | {"user": key, "decision": "accept"},
            allow_redirects=False,
            timeout=30,
        )
        code = parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]
        answer = self.token_call(
            grant_type="authorization_code",
            code=code,
            redirect_uri=asked["redirect_uri"],
            code_verifier=verifier,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def asked(self, verifier: str) -> dict[str, str]:
        digest = hashlib.sha256(verifier.encode()).digest()
        return {
            "client_id": CLIENT,
            "redirect_uri": "http://localhost:49152/",
            "response_type": "code",
            "scope": f"{self.base_url}/user_impersonation offline_access openid",
            "state": "a state",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }

    def _caller(self, token: str) -> Api:
        caller = Api(self.base_url, token)
        self._callers.append(caller)
        return caller


@pytest.fixture(scope="session")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    """One CRM for tests that only add rows of their own."""
    options = CrmOptions(invoice_count=60, column_visible_seconds=0.0, key_active_seconds=0.0)
    running = Crm(tmp_path_factory.mktemp("crm"), options)
    yield running
    running.close()


@pytest.fixture(scope="session")
def api(crm: Crm) -> Api:
    """The application user of the shared CRM."""
    return crm.application()


@pytest.fixture(scope="session")
def full_crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    """The CRM with the whole seed; nothing is changed in it."""
    running = Crm(tmp_path_factory.mktemp("full"), CrmOptions())
    yield running
    running.close()


@pytest.fixture
def start_crm(tmp_path: Path) -> Iterator[Callable[..., Crm]]:
    """Starts CRMs of a test's own, with options of its choice."""
    running: list[Crm] = []

    def start(**options: Any) -> Crm:
        chosen = {"invoice_count": 10, "column_visible_seconds": 0.0, "key_active_seconds": 0.0}
        running.append(Crm(tmp_path / f"crm{len(running)}", CrmOptions(**(chosen | options))))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture
def own_crm(start_crm: Callable[..., Crm]) -> Crm:
    """A CRM that the test may turn upside down."""
    return start_crm()
