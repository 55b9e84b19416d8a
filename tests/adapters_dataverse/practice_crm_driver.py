"""Drives a running practice CRM as its users and their browsers do."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.connections import DataverseConnections
from psaqb_desktop.adapters.dataverse.invoices import DataverseInvoices
from psaqb_desktop.adapters.dataverse.links import DataverseLinks
from psaqb_desktop.adapters.dataverse.provisioning import DataverseProvisioner
from psaqb_desktop.adapters.dataverse.sign_in import EntraSignIn
from psaqb_desktop.adapters.dataverse.sync_records import DataverseSyncRecords
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.crm import ProvisionStep
from psaqb_desktop.domain.environment import Environment, EnvironmentKind, SignInMethod
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.sign_in import AuthorizationRequest
from psaqb_desktop.practice.group import PRACTICE_CRM_CLIENT_ID, PRACTICE_TENANT


@dataclass
class AdjustableClock:
    """Real time, moved by a test; sleeping takes no longer than a moment."""

    ahead: timedelta = timedelta()
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        # Long enough for the practice CRM to get on with what it is waited for.
        threading.Event().wait(min(seconds, 0.1))


class MemorySecrets(dict[str, str]):
    """A secret store that forgets at the end of the test."""

    def set(self, name: str, secret: str) -> None:
        self[name] = secret

    def delete(self, name: str) -> None:
        self.pop(name, None)


class PracticeCrm:
    """A running practice CRM."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.desks: list[Desk] = []

    def send_everybody_home(self) -> None:
        """Close all connections, and let the server notice before it closes itself."""
        for desk in self.desks:
            desk.http.close()
        requests.get(f"{self.url}/_practice/health", timeout=10).close()

    def environment(
        self, sign_in: SignInMethod = SignInMethod.EMBEDDED_BROWSER, **changes: Any
    ) -> Environment:
        facts: dict[str, Any] = {
            "name": "Practice",
            "kind": EnvironmentKind.PRACTICE,
            "crm_url": self.url,
            "authority": self.url,
            "tenant": PRACTICE_TENANT,
            "client_id": PRACTICE_CRM_CLIENT_ID,
            "sign_in": sign_in,
        }
        return Environment(**(facts | changes))

    def desk(self, user: str) -> Desk:
        desk = Desk(self)
        request = desk.sign_in.begin()
        desk.sign_in.finish(request, browse(request, user))
        return desk

    def fault(self, **rule: Any) -> None:
        requests.post(f"{self.url}/_practice/faults", json=rule, timeout=10).raise_for_status()

    def clear_faults(self) -> None:
        requests.delete(f"{self.url}/_practice/faults", timeout=10).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.url}/_practice/calls", timeout=10)
        calls: list[dict[str, Any]] = answer.json()["calls"]
        return [call for call in calls if call["path"].startswith("/api/")]

    def forget_calls(self) -> None:
        requests.delete(f"{self.url}/_practice/calls", timeout=10).raise_for_status()

    def revoke(self, kind: str, user: str = "") -> None:
        body = {"kind": kind} | ({"user": user} if user else {})
        requests.post(f"{self.url}/_practice/revoke", json=body, timeout=10).raise_for_status()


class Desk:
    """Everything one signed-in person uses."""

    def __init__(
        self, crm: PracticeCrm, environment: Environment | None = None, **more: Any
    ) -> None:
        crm.desks.append(self)
        self.clock = AdjustableClock()
        self.secrets = MemorySecrets()
        self.http = HttpSession("CRM", sleep=self.clock.sleep)
        self.sign_in = EntraSignIn(
            environment or crm.environment(), self.secrets, self.http, self.clock, **more
        )
        self.client = DataverseClient(crm.url, self.sign_in.access_token, self.http)
        self.tables = OurTables(self.client)
        self.invoices = DataverseInvoices(self.client)
        self.connections = DataverseConnections(self.client, self.tables)
        self.sync_records = DataverseSyncRecords(self.client, self.tables)
        self.links = DataverseLinks(self.client, self.tables)
        self.provisioner = DataverseProvisioner(self.client, self.clock)

    def provision(self) -> list[ProvisionStep]:
        steps: list[ProvisionStep] = []
        self.provisioner.provision(steps.append)
        return steps

    def new_connection(self) -> Connection:
        """Store a connection that no other test knows."""
        key = str(uuid.uuid4())
        return self.connections.save(
            Connection(ConnectionId(key), name=f"Company {key[:8]}", legal_entity=key[:8])
        )


def browse(request: AuthorizationRequest, user: str, decision: str = "accept") -> str:
    """Do what a person does on the sign-in page; return where the browser is sent."""
    page = requests.get(request.url, timeout=10)
    page.raise_for_status()
    form = dict(parse_qsl(urlsplit(request.url).query)) | {"user": user, "decision": decision}
    answer = requests.post(
        request.url.partition("?")[0], data=form, timeout=10, allow_redirects=False
    )
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]
