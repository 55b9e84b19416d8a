"""Whole pushes against the practice services, each with one trouble on order.

The trouble is ordered from the services; the program and its data folder are real. Each push must
end in a definite state that the CRM, QuickBooks and the program's own answer agree on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from psaqb_desktop.cli.exit_codes import (
    CANCELLED,
    NEEDS_ATTENTION,
    OK,
    OUTCOME_UNKNOWN,
    SIGN_IN_NEEDED,
)
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.sync_record import PostingState
from tests.program.headless import REALMS, Desktop, Practice

pytestmark = [pytest.mark.program, pytest.mark.timeout(600)]

GB = "GBSI"
INVOICE = "/v3/company/*/[ic][nr][ve][od]*"
"""Where invoices and credit memos are created, and nothing else."""
BATCH = "/api/data/v9.2/$batch"
ANY = (OK, NEEDS_ATTENTION, CANCELLED, OUTCOME_UNKNOWN, SIGN_IN_NEEDED)


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    folder: Path = tmp_path_factory.mktemp("outcomes")
    practice = Practice.start(folder / "practice", invoices=700)
    try:
        desktop = Desktop.set_up(folder / "desktop", practice)
        desktop.run("provision")
        desktop.connect(GB)
        desktop.link(GB)
        yield desktop
    finally:
        practice.stop()


@pytest.fixture(scope="module")
def waiting(desktop: Desktop) -> list[str]:
    """Numbers of invoices that are ready, to be taken a few at a time."""
    return desktop.ready(GB)


@pytest.fixture(autouse=True)
def _good_weather(desktop: Desktop) -> Iterator[None]:
    yield
    desktop.practice.clear_faults()


def push(desktop: Desktop, *numbers: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desktop.run("push", *numbers, "--yes", codes=ANY)["results"]
    return found


def documents(desktop: Desktop, number: str) -> list[dict[str, Any]]:
    return desktop.practice.documents(GB, number)


def is_settled(desktop: Desktop, *numbers: str) -> None:
    """One document and one row for each, the same in both; nothing open."""
    for number in numbers:
        (document,) = documents(desktop, number)
        rows = desktop.practice.crm_rows("psaqb_invoicesyncs", filter=f"psaqb_number eq '{number}'")
        assert [row["psaqb_quickbooksid"] for row in rows] == [document["Id"]]
        assert float(rows[0]["psaqb_total"]) == float(document["TotalAmt"])
    assert desktop.run("list", "--status", "Checking outcome")["invoices"] == []


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"fault": "drop_before"}, id="request-lost"),
        pytest.param({"fault": "drop_after"}, id="answer-lost"),
        pytest.param({"fault": "half_answer"}, id="half-an-answer"),
        pytest.param({"fault": "internal_error"}, id="10000"),
        pytest.param({"fault": "internal_error", "commit": True}, id="10000-after-commit"),
        pytest.param({"fault": "unavailable"}, id="503-in-html"),
        pytest.param({"fault": "status", "status": 500, "body": "<html>"}, id="500"),
        pytest.param({"fault": "status", "status": 502, "commit": True}, id="502-after-commit"),
        pytest.param({"fault": "throttled_with_retry_after"}, id="429"),
        pytest.param({"fault": "token_expired"}, id="401"),
    ],
)
def test_one_trouble_with_quickbooks_ends_in_one_document(
    desktop: Desktop, waiting: list[str], rule: dict[str, Any]
) -> None:
    number = waiting.pop()
    desktop.practice.fault("quickbooks", **{"method": "POST", "path": INVOICE, **rule})
    (result,) = push(desktop, number)
    assert desktop.practice.is_fault_used("quickbooks")
    assert result["state"] == PostingState.POSTED.value
    is_settled(desktop, number)


def test_an_outage_that_lasts_is_settled_at_the_next_start(
    desktop: Desktop, waiting: list[str]
) -> None:
    number = waiting.pop()
    desktop.practice.fault(
        "quickbooks", method="POST", path=INVOICE, fault="status", status=500, times=None
    )
    (result,) = push(desktop, number)
    assert result["state"] == PostingState.UNKNOWN.value
    assert result["findings"][0]["cause"] == Cause.OUTCOME_UNKNOWN.value
    desktop.practice.clear_faults()
    desktop.run("settle")
    is_settled(desktop, number)


def test_a_batch_of_the_crm_whose_answer_breaks_off_leaves_nothing_open(
    desktop: Desktop, waiting: list[str]
) -> None:
    numbers = [waiting.pop(), waiting.pop()]
    for fault, skip in (("half_answer", 0), ("drop_after", 1)):
        desktop.practice.fault("crm", method="POST", path=BATCH, fault=fault, skip=skip)
    results = push(desktop, *numbers)
    assert desktop.practice.is_fault_used("crm")
    assert {one["state"] for one in results} == {PostingState.POSTED.value}
    is_settled(desktop, *numbers)


def test_a_company_that_turns_read_only_ends_its_run(desktop: Desktop, waiting: list[str]) -> None:
    numbers = [waiting.pop() for _ in range(2)]
    refusal = (
        '{"Fault":{"Error":[{"Message":"Invalid Company Status","Detail":"Subscription period has '
        'ended","code":"6190"}],"type":"ValidationFault"}}'
    )
    desktop.practice.fault(
        "quickbooks",
        method="POST",
        path=INVOICE,
        fault="status",
        status=400,
        body=refusal,
        times=None,
    )
    results = push(desktop, *numbers)
    causes = {finding["cause"] for one in results for finding in one["findings"]}
    assert causes == {Cause.COMPANY_READ_ONLY.value}
    assert {one["state"] for one in results} <= {
        PostingState.FAILED.value,
        PostingState.NOT_POSTED.value,
    }
    assert all(documents(desktop, number) == [] for number in numbers)
    desktop.practice.clear_faults()
    push(desktop, *numbers)
    is_settled(desktop, *numbers)


def test_a_replayed_document_that_was_voided_gets_a_successor(
    desktop: Desktop, waiting: list[str]
) -> None:
    """The CRM was restored from before the push; only QuickBooks remembers the request id."""
    number, practice = waiting.pop(), desktop.practice
    practice.quickbooks_options(clock_offset_seconds=-3600)
    (first,) = push(desktop, number)
    practice.quickbooks_options(clock_offset_seconds=0)
    # The voided document keeps its number.
    practice.company_settings(GB, warns_of_duplicate_numbers=False)
    (document,) = documents(desktop, number)
    kind = "creditmemo" if "RemainingCredit" in document else "invoice"
    quickbooks(practice, f"{kind}?operation=void", document)
    (row,) = practice.crm_rows("psaqb_invoicesyncs", filter=f"psaqb_number eq '{number}'")
    practice.delete_crm_row("psaqb_invoicesyncs", row["psaqb_invoicesyncid"])
    other = Desktop.set_up(desktop.data.parent / "other", practice)
    (second,) = push(other, number)
    assert second["state"] == PostingState.POSTED.value
    assert second["quickbooks_id"] != first["quickbooks_id"]
    assert second["request_id"] != first["request_id"]
    is_settled(desktop, number)
    practice.company_settings(GB, warns_of_duplicate_numbers=True)


def draft_of(desktop: Desktop, number: str) -> dict[str, Any]:
    found: dict[str, Any] = desktop.run("check", number, "--drafts", codes=ANY)["invoices"][0]
    draft: dict[str, Any] = found["draft"]
    return draft


def enter_by_hand(desktop: Desktop, number: str, customer: str) -> str:
    """Enter an invoice with this number in QuickBooks; returns its id."""
    practice = desktop.practice
    line = {
        "DetailType": "SalesItemLineDetail",
        "Amount": 10,
        "SalesItemLineDetail": {
            "ItemRef": {"value": practice.listed(GB, "Item")[0]["Id"]},
            "TaxCodeRef": {"value": practice.listed(GB, "TaxCode")[0]["Id"]},
        },
    }
    body = {
        "DocNumber": number,
        "CustomerRef": {"value": customer},
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [line],
    }
    return str(quickbooks(desktop.practice, "invoice", body)["Invoice"]["Id"])


def test_a_number_of_another_customers_document_is_told_by_name(
    desktop: Desktop, waiting: list[str]
) -> None:
    number = waiting.pop()
    own = str(draft_of(desktop, number)["customer"]["id"])
    others = [
        each["Id"]
        for each in desktop.practice.listed(GB, "Customer")
        if each["CurrencyRef"]["value"] == "GBP" and each["Id"] != own
    ]
    theirs = enter_by_hand(desktop, number, others[0])
    (result,) = push(desktop, number)
    assert result["state"] == PostingState.FAILED.value
    (finding,) = result["findings"]
    assert finding["cause"] == Cause.NUMBER_TAKEN.value
    assert f"(id {theirs})" in finding["message"]
    assert len(documents(desktop, number)) == 1


def test_a_document_entered_by_hand_is_linked_and_unlinked(
    desktop: Desktop, waiting: list[str]
) -> None:
    number = waiting.pop()
    entered = enter_by_hand(desktop, number, str(draft_of(desktop, number)["customer"]["id"]))
    (stopped,) = push(desktop, number)
    assert stopped["findings"][0]["cause"] == Cause.ALREADY_ENTERED.value
    linked = desktop.run("link-document", number, entered, codes=ANY)
    assert linked["quickbooks_id"] == entered
    undone = desktop.run("link-document", number, "--undo")
    assert undone["state"] == PostingState.NOT_POSTED.value
    anyway = desktop.run("push", number, "--yes", "--even-if-similar", codes=ANY)["results"]
    assert anyway[0]["findings"][0]["cause"] == Cause.NUMBER_TAKEN.value
    assert "link-document" in anyway[0]["findings"][0]["remedy"]
    desktop.run("link-document", number, entered, codes=ANY)
    assert [document["Id"] for document in documents(desktop, number)] == [entered]


def test_a_grant_that_is_revoked_in_the_middle_asks_a_person(
    desktop: Desktop, waiting: list[str]
) -> None:
    """The last of this file: the company is connected anew only at the end of it."""
    numbers = [waiting.pop() for _ in range(2)]
    desktop.practice.fault("quickbooks", method="POST", path=INVOICE, fault="grant_revoked")
    results = push(desktop, *numbers)
    assert all(one["state"] != PostingState.UNKNOWN.value for one in results)
    assert any("sign in" in f["message"].lower() for one in results for f in one["findings"])
    desktop.connect(GB)
    push(desktop, *numbers)
    is_settled(desktop, *numbers)


def quickbooks(practice: Practice, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Do something in QuickBooks as a colleague would."""
    realm = REALMS[GB]
    token = requests.post(
        f"{practice.quickbooks_url}/_practice/tokens", json={"realm_id": realm}, timeout=10
    ).json()["access_token"]
    answer = requests.post(
        f"{practice.quickbooks_url}/v3/company/{realm}/{path}",
        json=body,
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        timeout=30,
    )
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found
