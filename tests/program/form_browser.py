"""A browser without a screen: reads forms, fills them in, and stops before a foreign address."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, Tag


class FormBrowser:
    """Follows one site's pages; a redirect to another host is not followed but returned."""

    def __init__(self, start: str) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._host = urlsplit(start).netloc
        self.left_to = ""
        self.open("GET", start, {})

    def open(self, method: str, url: str, fields: dict[str, str]) -> None:
        in_address = fields if method == "GET" and fields else None
        answer = self._session.request(
            method,
            url,
            params=in_address,
            data=None if in_address else fields,
            allow_redirects=False,
            timeout=30,
        )
        if answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if urlsplit(target).netloc != self._host:
                self.left_to = target
                return
            self.open("GET", target, {})
            return
        assert answer.status_code == 200, (answer.status_code, answer.text[:500])
        self.url = answer.url
        self.text = answer.text
        self.page = BeautifulSoup(answer.text, "html.parser")

    def submit(self, form: str, button: str = "", **fields: str) -> None:
        """Fill the form of that id in and press a button of it."""
        found = self.page.find(id=form)
        assert isinstance(found, Tag), f"no form {form} on {self.url}"
        values: dict[str, str] = {}
        for field in found.find_all(["input", "select", "textarea"]):
            name = str(field.get("name") or "")
            kind = field.get("type", "")
            if not name or (kind in {"radio", "checkbox"} and not field.has_attr("checked")):
                continue
            if field.name == "select":
                chosen = field.find("option", selected=True) or field.find("option")
                values[name] = str(chosen["value"]) if isinstance(chosen, Tag) else ""
            else:
                values[name] = str(field.get("value") or field.string or "")
        if button:
            pressed = found.find(id=button)
            assert isinstance(pressed, Tag), f"no button {button} in {form}"
            if pressed.get("name"):
                values[str(pressed["name"])] = str(pressed.get("value") or "")
        values.update(fields)
        target = urljoin(self.url, str(found.get("action") or ""))
        self.open(str(found.get("method") or "get").upper(), target, values)


def sign_in_to_quickbooks(authorize_url: str, realm_id: str) -> str:
    """Sign in, choose a company, consent; returns the address that the browser is sent to."""
    browser = FormBrowser(authorize_url)
    if not browser.left_to and browser.page.find(id="sign-in-form"):
        browser.submit(
            "sign-in-form", "sign-in", email="ada@alderfinch.example", password="practice"
        )
    browser.submit("company-form", "next", realm_id=realm_id)
    browser.submit("consent-form", "connect")
    return browser.left_to
