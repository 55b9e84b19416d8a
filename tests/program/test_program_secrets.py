"""No secret lies anywhere but in the secret store and in the CRM's secured columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from psaqb_desktop.practice import group
from tests.program.headless import PASSPHRASE, Desktop, Practice

pytestmark = pytest.mark.program


def test_no_secret_in_any_file_or_output(tmp_path: Path) -> None:
    practice = Practice.start(tmp_path / "practice")
    try:
        practice.quickbooks_options(rotate_after_seconds=0)
        desktop = Desktop.set_up(tmp_path / "desktop", practice)
        desktop.run("provision")
        desktop.connect("GBSI")
        secrets = {
            group.PRACTICE_INTUIT_CLIENT_SECRET,
            group.PRACTICE_CRM_CLIENT_SECRET,
            PASSPHRASE,
            practice.crm_refresh_token("GBSI"),
        }
        desktop.link("GBSI")
        number = desktop.ready("GBSI")[0]
        # Bad days are when programs become talkative: refusals, lost answers, dead tokens.
        practice.fault("quickbooks", path="/v3/company/*/invoice", fault="drop_after")
        desktop.run("push", number, "--yes")
        secrets.add(practice.crm_refresh_token("GBSI"))
        practice.fault("quickbooks", path="/v3/company/*/query", fault="status", status=401)
        desktop.run("pull", "--full")
        secrets.add(practice.crm_refresh_token("GBSI"))
        practice.fault(
            "quickbooks",
            method="POST",
            path="/oauth2/v1/tokens/bearer",
            times=None,
            fault="status",
            status=400,
            body='{"error":"invalid_grant"}',
            headers={"Content-Type": "application/json"},
        )
        desktop.run("doctor", codes=(1,))
        found = [
            (path.relative_to(tmp_path), secret[:6])
            for path in desktop.data.rglob("*")
            if path.is_file()
            for secret in secrets
            if secret.encode() in path.read_bytes()
        ]
        assert found == []
        logs = list((desktop.data / "logs").glob("*"))
        assert logs, "there should be a log to look at"
    finally:
        practice.stop()
