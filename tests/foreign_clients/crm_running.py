"""A practice CRM for foreign clients, reached by plain HTTP or through TLS."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from psaqb_desktop.practice import group
from psaqb_desktop.practice.crm.app import create_app, environment_of
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.http_server import serve
from tests.foreign_clients.crm_tls import TlsTerminator


@dataclass(frozen=True)
class RunningCrm:
    """Where it is, and how an application signs in to it."""

    url: str
    plain_url: str

    def token(self, scope: str) -> str:
        """An access token for one scope, as an application with a secret gets it."""
        answer = requests.post(
            f"{self.plain_url}/{group.PRACTICE_TENANT}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": group.PRACTICE_CRM_CLIENT_ID,
                "client_secret": group.PRACTICE_CRM_CLIENT_SECRET,
                "scope": scope,
            },
            timeout=30,
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])


@contextmanager
def crm_behind_tls(folder: Path, certificate: Path, options: CrmOptions) -> Iterator[RunningCrm]:
    """A CRM that calls itself by its https address."""
    with TlsTerminator(certificate) as terminator:
        url = f"https://localhost:{terminator.port}"
        app = create_app(folder, base_url=url, options=options)
        with serve(app) as server:
            terminator.lead_to(server.port)
            yield RunningCrm(url, server.url)
        environment_of(app).close()


@contextmanager
def crm_in_the_open(folder: Path, options: CrmOptions) -> Iterator[RunningCrm]:
    """A CRM reached by plain HTTP."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    app = create_app(folder, base_url=url, options=options)
    with serve(app, port=port):
        yield RunningCrm(url, url)
    environment_of(app).close()
