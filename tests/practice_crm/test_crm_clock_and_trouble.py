"""The virtual clock, waiting times, and what happens to a client while it works."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

HOUR = 3600


def test_the_clock_moves_the_stamps_of_rows(own_crm: Any) -> None:
    api = own_crm.application()
    first = api.get(f"accounts({api.create('accounts', {'name': 'Today'})})").json()
    own_crm.options(clock_offset_seconds=24 * HOUR * 40.0, access_token_seconds=24 * HOUR * 99)
    api = own_crm.application()
    later = api.get(f"accounts({api.create('accounts', {'name': 'Later'})})").json()
    passed = datetime.fromisoformat(later["modifiedon"]) - datetime.fromisoformat(
        first["modifiedon"]
    )
    assert timedelta(days=40) <= passed < timedelta(days=40, hours=1)


def test_access_tokens_grow_old_by_the_clock(own_crm: Any) -> None:
    api = own_crm.application()
    own_crm.options(clock_offset_seconds=3500.0)
    assert api.get("WhoAmI").status_code == 200
    own_crm.options(clock_offset_seconds=3700.0)
    assert api.get("WhoAmI").status_code == 401


def test_a_refresh_token_lives_ninety_days(own_crm: Any) -> None:
    given = own_crm.sign_in("ada")["refresh_token"]

    def refresh() -> Any:
        return own_crm.token_call(grant_type="refresh_token", refresh_token=given)

    own_crm.options(clock_offset_seconds=89.0 * 24 * HOUR)
    assert refresh().status_code == 200
    own_crm.options(clock_offset_seconds=91.0 * 24 * HOUR)
    assert refresh().json()["error"] == "invalid_grant"


def test_the_window_of_limits_passes_by_the_clock(start_crm: Callable[..., Any]) -> None:
    crm = start_crm(limit_factor=3 / 6000)
    api = crm.application()
    assert [api.get("WhoAmI").status_code for _ in range(4)] == [200, 200, 200, 429]
    crm.options(clock_offset_seconds=299.0)
    assert api.get("WhoAmI").status_code == 429
    crm.options(clock_offset_seconds=320.0)
    assert api.get("WhoAmI").status_code == 200


def test_rows_take_their_time_and_the_factor_scales_it(own_crm: Any) -> None:
    own_crm.options(latency_seconds=0.05, write_seconds=0.05)
    api = own_crm.application()
    targets = [
        {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": f"Row {n}"} for n in range(6)
    ]
    path = "accounts/Microsoft.Dynamics.CRM.CreateMultiple"

    def took() -> float:
        started = time.monotonic()
        assert api.call("POST", path, json={"Targets": targets}).status_code == 200
        return time.monotonic() - started

    # Lower bounds only: a busy machine may be slower, never faster than the waiting.
    assert took() >= 0.35
    own_crm.options(latency_factor=3.0)
    assert took() >= 1.05


def test_each_page_that_is_read_takes_its_time(own_crm: Any) -> None:
    own_crm.options(page_seconds=0.2)
    api = own_crm.application()

    def took(call: Callable[[], Any]) -> float:
        started = time.monotonic()
        assert call().status_code in {200, 204}
        return time.monotonic() - started

    one = {"Prefer": "odata.maxpagesize=1"}
    following = api.get("accounts?$select=name", headers=one).json()["@odata.nextLink"]
    assert took(lambda: api.get(following, headers=one)) >= 0.2
    batch = "".join(
        "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        "GET /api/data/v9.2/accounts?$top=1 HTTP/1.1\r\n\r\n\r\n"
        for _ in range(3)
    )
    kind = {"Content-Type": "multipart/mixed; boundary=b"}
    assert took(lambda: api.call("POST", "$batch", data=f"{batch}--b--", headers=kind)) >= 0.6


def test_waiting_keeps_nobody_else_waiting(own_crm: Any) -> None:
    own_crm.options(write_seconds=6.0)
    slow, quick = own_crm.application(), own_crm.application()
    waiting = threading.Thread(target=slow.create, args=("accounts", {"name": "Slow"}))
    waiting.start()
    while not quick.rows("accounts?$select=name&$filter=name eq 'Slow'"):
        time.sleep(0.02)
    own_crm.options(write_seconds=0.0)
    quick.create("accounts", {"name": "Quick"})
    assert waiting.is_alive()
    waiting.join()


def test_reading_takes_no_time_per_row(own_crm: Any) -> None:
    own_crm.options(write_seconds=30.0)
    assert own_crm.application().get("accounts").status_code == 200


def test_somebody_elses_import_locks_the_schema(own_crm: Any) -> None:
    own_crm.options(customization_locked=True)
    api = own_crm.application()
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "psaqb_Waits",
        "MaxLength": 9,
    }
    path = "EntityDefinitions(LogicalName='account')/Attributes"
    answer = api.call("POST", path, json=column)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "0x80071151")
    assert "Retry-After" not in answer.headers
    assert api.get(f"{path}?$select=LogicalName").status_code == 200
    api.create("accounts", {"name": "Rows go on"})
    own_crm.options(customization_locked=False)
    assert api.call("POST", path, json=column).status_code == 204


def test_a_permission_is_removed_while_somebody_works(own_crm: Any) -> None:
    ada = own_crm.person("ada")
    row_id = ada.create("accounts", {"name": "Mine"})
    change = {"user": "ada", "role": "Practice Reader"}
    assert own_crm.post("/_practice/roles", json=change).status_code == 200
    answer = ada.call("PATCH", f"accounts({row_id})", json={"name": "Yours"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "0x80040220")
    assert ada.get(f"accounts({row_id})").status_code == 200
    own_crm.post("/_practice/roles", json={"user": "ada", "role": None})
    answer = ada.get("WhoAmI")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "0x80072560")
    own_crm.post("/_practice/roles", json={"user": "ada", "role": "System Administrator"})
    assert ada.call("PATCH", f"accounts({row_id})", json={"name": "Mine"}).status_code == 204


def test_only_known_people_and_roles_are_taken(own_crm: Any) -> None:
    for change in ({"user": "nobody", "role": None}, {"user": "ada", "role": "King"}):
        assert own_crm.post("/_practice/roles", json=change).status_code == 400
