"""No secret lies anywhere but in the secret store and in the CRM's secured columns."""

from __future__ import annotations

import json
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
        _let_the_crm_babble_about_credentials(practice, desktop)
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


def _let_the_crm_babble_about_credentials(practice: Practice, desktop: Desktop) -> None:
    """Break off the answer to the credential read; no secret in it may be told."""
    babble = "BABBLED-secret-value-7f1c"
    practice.fault(
        "crm",
        method="GET",
        path="*/psaqb_connections(*",
        skip=1,  # the first one is the lease's look at the record
        fault="status",
        status=200,
        body=f'{{"psaqb_name":"x","psaqb_clientsecret":"{babble}","psaqb_refreshtoken":"{babble}',
        headers={"Content-Type": "application/json"},
    )
    process = desktop.start("check", "--company", "GBSI")
    out, err = process.communicate(timeout=170)
    assert practice.is_fault_used("crm")
    assert "could not be read" in out, "the fault should be told, without its text"
    assert babble not in json.dumps(json.loads(out)) + err
    logs = [path.read_text("utf-8") for path in (desktop.data / "logs").glob("*")]
    assert not any(babble in log for log in logs)
    practice.clear_faults()
