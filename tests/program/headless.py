"""A desk without a window: practice services, the command line as processes, and independent looks.

What the services hold is asked of them directly, never of the program under test.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from psaqb_desktop.practice import group
from tests.program.form_browser import sign_in_to_quickbooks

PASSPHRASE = "a passphrase that must not be found anywhere"
COMMAND = [
    sys.executable,
    "-c",
    "import sys; from psaqb_desktop.__main__ import console; sys.exit(console())",
]
REALMS = {entity.code: entity.realm_id for entity in group.GROUP}
LINKS = {
    "Consultant": "Consulting",
    "Project Manager": "Project Management",
    "Senior Consultant": "Senior Consulting",
    "Developer": "Development",
    "Milestone": "Project milestone",
    "Fee": "Project fee",
    "Meals & subsistence": "Subsistence",
    "Freight": "Project fee",
    # Two codes of Québec come to the same: GST and QST, and QST on GST as it was until 2012.
    "14.975 % tax": "GST/QST QC",
}


@dataclass
class Practice:
    """The practice services of a test, on ports of their own."""

    folder: Path
    process: subprocess.Popen[bytes]
    crm_url: str
    quickbooks_url: str

    @classmethod
    def start(cls, folder: Path, *, invoices: int = 0) -> Practice:
        """Start; with a number of invoices, the CRM is planted that large before."""
        if invoices:
            seeding = [sys.executable, "-m", "psaqb_desktop.practice", "seed"]
            planted = [*seeding, "--folder", str(folder), "--set", "large"]
            subprocess.run([*planted, "--invoices", str(invoices)], check=True, timeout=600)
        crm_port, quickbooks_port = free_port(), free_port()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "psaqb_desktop.practice", "serve"),
                *("--folder", str(folder)),
                *("--crm-port", str(crm_port), "--quickbooks-port", str(quickbooks_port)),
            ],
            stdout=subprocess.DEVNULL,
        )
        made = cls(
            folder,
            process,
            f"http://127.0.0.1:{crm_port}",
            f"http://127.0.0.1:{quickbooks_port}",
        )
        wait_until(made._answers, "the practice services to answer")
        # Many short-lived programs one after the other: each starts its pacing anew, and a
        # minute's patience after a 429 would be most of the test.
        made.quickbooks_options(limit_factor=20)
        return made

    def _answers(self) -> bool:
        try:
            return all(
                requests.get(f"{url}/_practice/health", timeout=5).ok
                for url in (self.crm_url, self.quickbooks_url)
            )
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def fault(self, service: str, **rule: object) -> None:
        url = self.crm_url if service == "crm" else self.quickbooks_url
        requests.post(f"{url}/_practice/faults", json=rule, timeout=10).raise_for_status()

    def is_fault_used(self, service: str) -> bool:
        """Tell whether the one rule of a service has had its call."""
        url = self.crm_url if service == "crm" else self.quickbooks_url
        answer = requests.get(f"{url}/_practice/faults", timeout=10).json()
        return any(rule["fired"] for rule in answer["rules"])

    def clear_faults(self) -> None:
        for url in (self.crm_url, self.quickbooks_url):
            requests.delete(f"{url}/_practice/faults", timeout=10).raise_for_status()

    def quickbooks_options(self, **options: object) -> None:
        requests.post(
            f"{self.quickbooks_url}/_practice/options", json=options, timeout=10
        ).raise_for_status()

    def company_settings(self, legal_entity: str, **settings: object) -> None:
        requests.post(
            f"{self.quickbooks_url}/_practice/companies/{REALMS[legal_entity]}",
            json=settings,
            timeout=10,
        ).raise_for_status()

    def documents(self, legal_entity: str, number: str) -> list[dict[str, Any]]:
        """Return QuickBooks' invoices and credit memos of a number, voided ones left out."""
        return [
            document
            for entity in ("Invoice", "CreditMemo")
            for document in self._page(legal_entity, entity, f"where DocNumber = '{number}'")
            if not document.get("PrivateNote", "").startswith("Voided")
        ]

    def listed(self, legal_entity: str, entity: str) -> list[dict[str, Any]]:
        """Return QuickBooks' active customers, items and the like."""
        return self._page(legal_entity, entity, "where Active = true maxresults 1000")

    def all_documents(self, legal_entity: str) -> list[dict[str, Any]]:
        """Return all of QuickBooks' invoices and credit memos, voided ones left out."""
        found: list[dict[str, Any]] = []
        for entity in ("Invoice", "CreditMemo"):
            start, is_last = 1, False
            while not is_last:
                page = self._page(legal_entity, entity, f"startposition {start} maxresults 1000")
                start += len(page)
                found += page
                is_last = len(page) < 1000
        return [one for one in found if not one.get("PrivateNote", "").startswith("Voided")]

    def _page(self, legal_entity: str, entity: str, condition: str) -> list[dict[str, Any]]:
        realm = REALMS[legal_entity]
        token = requests.post(
            f"{self.quickbooks_url}/_practice/tokens", json={"realm_id": realm}, timeout=10
        ).json()["access_token"]
        answer = requests.get(
            f"{self.quickbooks_url}/v3/company/{realm}/query",
            params={"query": f"select * from {entity} {condition}"},  # noqa: S608 - no SQL
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=30,
        ).json()
        page: list[dict[str, Any]] = answer["QueryResponse"].get(entity, [])
        return page

    def crm_rows(self, entity_set: str, **options: str) -> list[dict[str, Any]]:
        """Read CRM rows as an administrator's own client would."""
        answer = requests.get(
            f"{self.crm_url}/api/data/v9.2/{entity_set}",
            params={f"${key}": value for key, value in options.items()},
            headers={"Authorization": f"Bearer {self._crm_token()}", "Accept": "application/json"},
            timeout=30,
        )
        answer.raise_for_status()
        rows: list[dict[str, Any]] = answer.json()["value"]
        return rows

    def delete_crm_row(self, entity_set: str, key: str) -> None:
        """Delete a row, as a restored backup lacks it."""
        requests.delete(
            f"{self.crm_url}/api/data/v9.2/{entity_set}({key})",
            headers={"Authorization": f"Bearer {self._crm_token()}"},
            timeout=30,
        ).raise_for_status()

    def _crm_token(self) -> str:
        answer = requests.post(
            f"{self.crm_url}/{group.PRACTICE_TENANT}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": group.PRACTICE_CRM_CLIENT_ID,
                "client_secret": group.PRACTICE_CRM_CLIENT_SECRET,
                "scope": f"{self.crm_url}/.default",
            },
            timeout=10,
        )
        return str(answer.json()["access_token"])

    def crm_refresh_token(self, legal_entity: str) -> str:
        rows = self.crm_rows("psaqb_connections", filter=f"psaqb_legalentity eq '{legal_entity}'")
        return str(rows[0]["psaqb_refreshtoken"])

    def newest_refresh_digest(self, legal_entity: str) -> str:
        """Return the digest of the refresh token issued last to the program for a company."""
        with sqlite3.connect(self.folder / "quickbooks" / "quickbooks.sqlite") as database:
            rows = database.execute(
                "SELECT token.digest FROM token JOIN consent ON consent.id = token.consent "
                "WHERE consent.realm = ? AND token.kind = 'refresh' AND consent.email LIKE 'ada@%' "
                "ORDER BY token.rowid DESC LIMIT 1",
                (REALMS[legal_entity],),
            ).fetchall()
        database.close()
        return str(rows[0][0])

    def business_changes(self) -> list[dict[str, Any]]:
        """Return what the practice CRM's audit has seen change on business records."""
        answer = requests.get(f"{self.crm_url}/_practice/audit", timeout=10).json()
        entries: list[dict[str, Any]] = answer["entries"]
        return entries


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass
class Desktop:
    """One data folder: a computer with the program on it."""

    data: Path
    practice: Practice

    @classmethod
    def set_up(cls, data: Path, practice: Practice) -> Desktop:
        config = data / "config"
        config.mkdir(parents=True)
        (config / "environments.toml").write_text(
            f"""[practice]
kind = "practice"
crm_url = "{practice.crm_url}"
authority = "{practice.crm_url}"
tenant = "{group.PRACTICE_TENANT}"
client_id = "{group.PRACTICE_CRM_CLIENT_ID}"
sign_in = "client-credentials"
quickbooks_authorize_url = "{practice.quickbooks_url}/connect/oauth2"
trusted_hosts = ["{practice.quickbooks_url.removeprefix("http://")}"]
""",
            encoding="utf-8",
        )
        return cls(data, practice)

    @property
    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "PSAQB_DATA_DIR": str(self.data),
            "PSAQB_KEYRING_FILE": str(self.data / "secrets.sealed"),
            "PSAQB_KEYRING_PASSPHRASE": PASSPHRASE,
            "PSAQB_CRM_CLIENT_SECRET": group.PRACTICE_CRM_CLIENT_SECRET,
            "PSAQB_CLIENT_SECRET": group.PRACTICE_INTUIT_CLIENT_SECRET,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *arguments, "--json"],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_quietly(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that nobody listens to: it may say as much as it likes."""
        return subprocess.Popen(
            [*COMMAND, *arguments, "--json"],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, *arguments: str, codes: Sequence[int] = (0,)) -> dict[str, Any]:
        """Run one command; returns its JSON document."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=900)
        assert process.returncode in codes, (arguments, process.returncode, out, err)
        document: dict[str, Any] = json.loads(out) if out.strip() else {}
        return document

    def connect(self, legal_entity: str) -> None:
        process = self.start(
            "connect", legal_entity, "--client-id", group.PRACTICE_INTUIT_CLIENT_ID, "--yes"
        )
        assert process.stderr is not None
        address = ""
        while not address.startswith("http"):
            address = process.stderr.readline().strip()
            assert process.poll() is None, process.communicate()
        redirected = sign_in_to_quickbooks(address, REALMS[legal_entity])
        out, err = process.communicate(redirected + "\n", timeout=60)
        assert process.returncode == 0, (out, err)

    def link(self, legal_entity: str) -> None:
        """Confirm the exact matches and what an accountant would choose for the rest."""
        left = self.run("links", legal_entity, "--confirm-exact", codes=(0, 1))
        wanted = {wish["crm_name"] for wish in left["wishes"]}
        chosen = [word for name in LINKS if name in wanted for word in ("--set", name, LINKS[name])]
        self.run("links", legal_entity, *chosen, codes=(0, 1))

    def ready(self, legal_entity: str) -> list[str]:
        """Return the numbers of the invoices that are ready to be pushed."""
        checked = self.run("check", "--company", legal_entity, codes=(0, 1))
        return [one["number"] for one in checked["invoices"] if one["status"] == "Ready"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Any, what: str, *, seconds: float = 60.0) -> None:
    """Wait for a condition."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.02)
