"""What the CRM says about secrets is in no error, whatever shape its answer has."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from psaqb_desktop.domain.errors import AppError
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm

SECRET = "told7f1c9"
"""No name stands before it: a reader of names would not find it."""


@pytest.mark.parametrize(
    "rule",
    [
        {"status": 200, "body": f'{{"psaqb_name":"x","value {SECRET}'},
        {"status": 200, "body": f'["{SECRET}"]'},
        {"status": 400, "body": f"the value {SECRET} is odd"},
        {"status": 403, "body": f'{{"error":{{"code":"0x80040220","message":"{SECRET}"}}}}'},
        {"status": 404, "body": f'{{"error":{{"code":"{SECRET}","message":"psaqb_ {SECRET}"}}}}'},
        {"status": 503, "body": SECRET, "times": None},
        {"status": 412, "body": SECRET},
    ],
)
def test_a_credential_call_that_fails_tells_nothing_of_the_answer(
    crm: PracticeCrm, ada: Desk, rule: dict[str, Any]
) -> None:
    connection = ada.new_connection()
    for call in (
        lambda: ada.connections.credentials(connection.id),
        lambda: ada.connections.forget_tokens(connection.id),
    ):
        crm.fault(**{"fault": "status", "path": "*/psaqb_connections(*", **rule})
        with pytest.raises(AppError) as caught:
            call()
        crm.clear_faults()
        told = "".join(traceback.format_exception(caught.value))
        assert SECRET not in told + caught.value.details + caught.value.remedy
        assert str(rule["status"]) in caught.value.details
