"""Microsoft's own Python client, as its package brings it, against the practice CRM over TLS."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient

from psaqb_desktop.practice.crm.options import CrmOptions
from tests.foreign_clients import crm_python_batch_operations, crm_python_schema_operations
from tests.foreign_clients.crm_python_operations import OPERATIONS
from tests.foreign_clients.crm_running import RunningCrm, crm_behind_tls
from tests.foreign_clients.crm_tls import make_certificate

assert crm_python_schema_operations.__doc__  # imported for the operations they enter
assert crm_python_batch_operations.__doc__


class _Application:
    """Signs in with its secret; the client asks before each request."""

    def __init__(self, crm: RunningCrm) -> None:
        self._crm = crm
        self._tokens: dict[str, str] = {}
        self.scopes: set[str] = set()

    def get_token(self, *scopes: str, **_kwargs: object) -> AccessToken:
        (scope,) = scopes
        self.scopes.add(scope)
        if scope not in self._tokens:
            self._tokens[scope] = self._crm.token(scope)
        return AccessToken(self._tokens[scope], int(time.time()) + 3000)


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCrm]:
    folder = tmp_path_factory.mktemp("python-client")
    certificate = make_certificate(folder)
    options = CrmOptions(invoice_count=30, column_visible_seconds=0.0, key_active_seconds=0.0)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with crm_behind_tls(folder / "crm", certificate, options) as running:
            yield running


@pytest.fixture(scope="module")
def client(crm: RunningCrm) -> Iterator[DataverseClient]:
    with DataverseClient(crm.url, _Application(crm)) as made:
        yield made


@pytest.mark.parametrize("name", OPERATIONS)
def test_microsofts_python_client_can(client: DataverseClient, name: str) -> None:
    OPERATIONS[name](client)


def test_the_client_asks_for_the_default_scope_of_the_environment(crm: RunningCrm) -> None:
    application = _Application(crm)
    with DataverseClient(crm.url, application) as made:
        assert made.tables.get("invoice") is not None
    assert application.scopes == {f"{crm.url}/.default"}
