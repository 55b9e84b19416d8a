"""What nobody could confirm of the real service: each switch, both ways."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import requests

from psaqb_desktop.practice.group import PRACTICE_INTUIT_CLIENT_ID, PRACTICE_INTUIT_CLIENT_SECRET
from psaqb_desktop.practice.http_server import RunningServer
from psaqb_desktop.practice.quickbooks.company_packs import AU
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient

both_ways = pytest.mark.parametrize("is_on", [False, True])


def switch(company: CompanyClient, **options: object) -> None:
    company.http.post(
        f"{company.url}/_practice/options", json=options, timeout=TIMEOUT
    ).raise_for_status()


@both_ways
def test_replays_faults(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, replays_faults=is_on)
    taken = gb.invoice(DocNumber="U-1")
    draft = gb.draft(DocNumber="U-1")
    first = gb.fault("invoice", draft, requestid="u1")
    gb.post("invoice", {"Id": taken["Id"], "SyncToken": "0"}, operation="delete")
    again = gb.call("POST", "invoice", json=draft, params={"requestid": "u1"})
    assert again.status_code == (400 if is_on else 200)
    if is_on:
        assert again.json()["Fault"]["Error"] == [first]


@both_ways
def test_answers_600_for_other_body(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, answers_600_for_other_body=is_on, replays_faults=True)
    draft = gb.draft()
    first = gb.post("invoice", draft, requestid="u2")
    other = gb.call("POST", "invoice", json=gb.draft(PrivateNote="x"), params={"requestid": "u2"})
    if is_on:
        assert other.json()["Fault"]["Error"][0]["code"] == "600"
    else:
        assert other.json()["Invoice"]["Id"] == first["Invoice"]["Id"]
    assert gb.post("invoice", draft, requestid="u2") == first


@both_ways
def test_sparse_update_keeps_unsent_lines(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, sparse_update_keeps_unsent_lines=is_on)
    invoice = gb.invoice(gb.line("10", tax="0.0% Z"), gb.line("20", tax="0.0% Z"))
    changed = {**gb.line("25", tax="0.0% Z"), "Id": "2"}
    body = {
        "Id": invoice["Id"],
        "SyncToken": "0",
        "sparse": True,
        "Line": [changed, gb.line("1", tax="0.0% Z")],
    }
    after = gb.post("invoice", body)["Invoice"]
    amounts = [line["Amount"] for line in after["Line"] if "Id" in line]
    assert amounts == ([10, 25, 1] if is_on else [25, 1])


@both_ways
def test_payment_moves_last_updated(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, payment_moves_last_updated=is_on)
    invoice = gb.invoice()
    switch(gb, clock_offset_seconds=900.0)
    gb.pay("1", (invoice, "1"))
    after = gb.reread("Invoice", invoice)
    assert after["SyncToken"] == "1"
    before, now = (each["MetaData"]["LastUpdatedTime"] for each in (invoice, after))
    assert (now > before) is is_on


@both_ways
def test_rounds_to_currency(server: RunningServer, http: requests.Session, *, is_on: bool) -> None:
    australia = CompanyClient(server.url, AU, http)
    switch(australia, rounds_to_currency=is_on)
    line = australia.line("1004.50", tax="GST")
    yen = australia.invoice(line, customer="Sakura Trading KK", ExchangeRate=0.01)
    assert yen["TotalAmt"] == (1106 if is_on else Decimal("1104.95"))  # 1005 and 10 % of it
    home = australia.invoice(line)
    assert home["TotalAmt"] == Decimal("1104.95")


@both_ways
def test_allows_negative_lines(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, allows_negative_lines=is_on)
    draft = gb.draft(gb.line("20", tax="0.0% Z"), gb.line("-5", tax="0.0% Z"))
    if is_on:
        assert gb.post("invoice", draft)["Invoice"]["TotalAmt"] == 15
    else:
        assert gb.fault("invoice", draft)["code"] == "2290"


@pytest.mark.parametrize("longest", [31, 60])
def test_custom_field_length(gb: CompanyClient, longest: int) -> None:
    switch(gb, custom_field_length=longest)
    fits = [{"DefinitionId": "1", "StringValue": "x" * longest}]
    assert gb.invoice(CustomField=fits)["CustomField"][0]["StringValue"] == "x" * longest
    long = [{"DefinitionId": "1", "StringValue": "x" * (longest + 1)}]
    assert gb.fault("invoice", gb.draft(CustomField=long))["code"] == "2050"


@both_ways
def test_stamps_in_company_zone(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, stamps_in_company_zone=is_on)
    told = gb.invoice()["MetaData"]["CreateTime"]
    assert told.endswith(("+00:00", "+01:00") if is_on else ("-08:00", "-07:00"))
    assert abs((datetime.fromisoformat(told) - datetime.now(UTC)).total_seconds()) < 60


@both_ways
def test_throttles_with_403(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, throttles_with_403=is_on, limits_enabled=True, limit_factor=0.1)
    answers = [gb.call("GET", "preferences") for _ in range(3)]
    refused = [each for each in answers if each.status_code != 200]
    assert {each.status_code for each in refused} == {403 if is_on else 429}
    assert "ThrottleExceeded" in refused[0].text


@pytest.mark.parametrize("seconds", [0, 7])
def test_retry_after_seconds(gb: CompanyClient, seconds: int) -> None:
    switch(gb, retry_after_seconds=seconds, limits_enabled=True, limit_factor=0.1)
    answers = [gb.call("GET", "preferences") for _ in range(2)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers.get("Retry-After") == (str(seconds) if seconds else None)


@both_ways
def test_knows_auto_generate(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, knows_auto_generate=is_on)
    number = gb.invoice(DocNumber="AUTO_GENERATE")["DocNumber"]
    assert number == ("1001" if is_on else "AUTO_GENERATE")


@both_ways
def test_old_token_dies(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, old_token_dies=is_on, rotate_after_seconds=0)
    client = (PRACTICE_INTUIT_CLIENT_ID, PRACTICE_INTUIT_CLIENT_SECRET)
    form = {"grant_type": "refresh_token", "refresh_token": gb.tokens["refresh_token"]}
    statuses = [
        gb.http.post(
            f"{gb.url}/oauth2/v1/tokens/bearer", data=form, auth=client, timeout=TIMEOUT
        ).status_code
        for _ in range(2)
    ]
    assert statuses == [200, 400 if is_on else 200]


@both_ways
def test_shout_enumerations(gb: CompanyClient, *, is_on: bool) -> None:
    switch(gb, shout_enumerations=is_on)
    invoice = gb.invoice()
    body = {"Id": invoice["Id"], "SyncToken": "0"}
    voided = gb.post("invoice", body, operation="void")["Invoice"]
    assert voided["EmailStatus"] == ("NOT_SET" if is_on else "NotSet")
