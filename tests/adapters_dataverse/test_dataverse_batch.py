from __future__ import annotations

from decimal import Decimal

import pytest
from requests.structures import CaseInsensitiveDict

from psaqb_desktop.adapters.dataverse import batch
from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.domain.errors import UnreadableAnswerError


def _answer(text: str, boundary: str = "batchresponse_1") -> HttpAnswer:
    headers = CaseInsensitiveDict({"content-type": f"multipart/mixed; boundary={boundary}"})
    return HttpAnswer(200, headers, text.replace("\n", "\r\n").encode(), "CRM")


_TWO_PARTS = """--batchresponse_1
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

HTTP/1.1 200 OK
Content-Type: application/json; odata.metadata=minimal
OData-Version: 4.0

{"value":[{"name":"Café & Söhne","total":12.5000}]}
--batchresponse_1
Content-Type: application/http
Content-Transfer-Encoding: binary

HTTP/1.1 412 Precondition Failed
REQ_ID: 5e2f
Content-Type: application/json

{"error":{"code":"0x80060882","message":"The version differs."}}
--batchresponse_1--
"""


def test_each_part_of_an_answer_becomes_an_answer() -> None:
    first, second = batch.parse(_answer(_TWO_PARTS))
    assert first.status == 200
    assert first.json() == {"value": [{"name": "Café & Söhne", "total": Decimal("12.5")}]}
    assert second.status == 412
    assert second.headers["req_id"] == "5e2f"


def test_a_part_without_a_body_is_read() -> None:
    text = "--batchresponse_1\nContent-Type: application/http\n\nHTTP/1.1 204 No Content\n\n\n"
    (only,) = batch.parse(_answer(text + "--batchresponse_1--\n"))
    assert (only.status, only.body) == (204, b"")


def test_an_answer_that_breaks_off_is_refused_whole() -> None:
    with pytest.raises(UnreadableAnswerError):
        batch.parse(_answer(_TWO_PARTS.removesuffix("--batchresponse_1--\n")))


def test_an_answer_that_is_no_batch_is_refused() -> None:
    page = HttpAnswer(200, CaseInsensitiveDict({"Content-Type": "text/html"}), b"<html>", "CRM")
    with pytest.raises(UnreadableAnswerError):
        batch.parse(page)


def test_a_request_is_written_with_crlf_and_exact_numbers() -> None:
    operations = [
        Operation("GET", "invoices?$top=1"),
        Operation("PATCH", "things(1)", {"If-Match": 'W/"7"'}, {"amount": Decimal("100.10")}),
    ]
    content_type, body = batch.build(operations, "/api/data/v9.2/")
    boundary = content_type.partition('boundary="')[2].rstrip('"')
    text = body.decode()
    assert text.count("\r\n") == text.count("\n")
    assert "\r\nGET /api/data/v9.2/invoices?$top=1 HTTP/1.1\r\n" in text
    assert '\r\nIf-Match: W/"7"\r\nContent-Type: application/json\r\n\r\n{"amount":100.10}' in text
    assert text.endswith(f"\r\n--{boundary}--\r\n")
