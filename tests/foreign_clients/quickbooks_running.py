"""A practice QuickBooks for foreign clients, and a person who consents in its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup, Tag

from psaqb_desktop.practice.faults import FaultMiddleware
from psaqb_desktop.practice.http_server import serve
from psaqb_desktop.practice.quickbooks.app import EXTENSION, create_app
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions

TIMEOUT = 30


@dataclass(frozen=True)
class RunningQuickBooks:
    """Where it is, and what a person or a test does to it from outside."""

    url: str

    def consent(self, authorization_url: str, realm: str) -> str:
        """Goes through sign-in, choice of company and consent; returns the redirected address."""
        with requests.Session() as http:
            answer = http.get(authorization_url, timeout=TIMEOUT)
            for form_id, filled in (
                ("sign-in-form", {"email": "ap@group.example", "password": "practice"}),
                ("company-form", {"realm_id": realm}),
                ("consent-form", {"decision": "connect"}),
            ):
                answer = self._send(http, answer, form_id, filled)
        return answer.headers["Location"]

    def control(self, switch: str, /, **sent: object) -> None:
        """One of the service's own switches."""
        requests.post(
            f"{self.url}/_practice/{switch}", json=sent, timeout=TIMEOUT
        ).raise_for_status()

    def _send(
        self,
        http: requests.Session,
        page: requests.Response,
        form_id: str,
        filled: dict[str, str],
    ) -> requests.Response:
        form = BeautifulSoup(page.text, "html.parser").find("form", id=form_id)
        assert isinstance(form, Tag), page.text
        hidden = form.find_all("input", type="hidden")
        fields = {str(field["name"]): str(field.get("value", "")) for field in hidden}
        address = urljoin(page.url, str(form["action"]))
        sent = fields | filled
        if form["method"] == "get":
            return http.get(address, params=sent, timeout=TIMEOUT)
        answer = http.post(
            address,
            data=sent,
            headers={"Origin": self.url},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        if answer.status_code == 303:
            return http.get(urljoin(address, answer.headers["Location"]), timeout=TIMEOUT)
        return answer


@contextmanager
def quickbooks_for_foreign_clients(
    folder: Path, options: QuickBooksOptions | None = None
) -> Iterator[RunningQuickBooks]:
    """A service of its own, without limits unless they are asked for."""
    chosen = options or QuickBooksOptions(limits_enabled=False)
    app = create_app(folder, base_url="", options=chosen)
    with serve(FaultMiddleware(app)) as server:
        yield RunningQuickBooks(server.url)
    app.extensions[EXTENSION].close()
