"""Attachments: what is taken, how it is given back, and for how long."""

from __future__ import annotations

import json

import pytest
import requests

from psaqb_desktop.practice.http_server import RunningServer
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json


def upload(company: CompanyClient, *files: tuple[str, bytes], metadata: Json | None = None) -> Json:
    parts: list[tuple[str, tuple[str | None, bytes, str]]] = []
    for number, (name, content) in enumerate(files, 1):
        if metadata is not None:
            text = json.dumps(metadata).encode()
            parts.append((f"file_metadata_{number:02}", (None, text, "application/json")))
        parts.append((f"file_content_{number:02}", (name, content, "application/pdf")))
    answer = company.http.post(
        f"{company.base}/upload",
        files=parts,
        headers={"Authorization": f"Bearer {company.tokens['access_token']}"},
        timeout=TIMEOUT,
    )
    body: Json = answer.json()
    return body


def test_each_file_of_an_upload_stands_alone(gb: CompanyClient) -> None:
    answer = upload(gb, ("a.pdf", b"one"), ("b.exe", b"two"), ("c.PDF", b"three"))
    first, second, third = answer["AttachableResponse"]
    assert (first["Attachable"]["FileName"], first["Attachable"]["Size"]) == ("a.pdf", 3)
    assert second["Fault"]["Error"][0]["code"] == "6000"
    assert third["Attachable"]["ContentType"] == "application/pdf"
    assert gb.query("select count(*) from Attachable") == {"totalCount": 2}


def test_an_address_lives_a_quarter_of_an_hour(gb: CompanyClient, server: RunningServer) -> None:
    (made,) = upload(gb, ("a.pdf", b"\x00\xff"))["AttachableResponse"]
    address = made["Attachable"]["TempDownloadUri"]
    assert requests.get(address, timeout=TIMEOUT).content == b"\x00\xff"
    assert requests.get(address + "x", timeout=TIMEOUT).status_code == 403
    options = {"clock_offset_seconds": 901.0}
    requests.post(f"{server.url}/_practice/options", json=options, timeout=TIMEOUT)
    assert requests.get(address, timeout=TIMEOUT).status_code == 403
    again = gb.call("GET", f"download/{made['Attachable']['Id']}").text
    assert requests.get(again, timeout=TIMEOUT).content == b"\x00\xff"


def test_links_must_lead_somewhere(gb: CompanyClient) -> None:
    for kind, value, code in (("Invoice", "99", "2500"), ("Planet", "1", "2170")):
        link = {"AttachableRef": [{"EntityRef": {"type": kind, "value": value}}]}
        (answer,) = upload(gb, ("a.pdf", b"x"), metadata=link)["AttachableResponse"]
        assert answer["Fault"]["Error"][0]["code"] == code
    assert gb.fault("attachable", {"Category": "Image"})["code"] == "2020"


def test_a_lapsed_company_takes_no_files(gb: CompanyClient) -> None:
    address = f"{gb.url}/_practice/companies/{gb.seed.realm_id}"
    gb.http.post(address, json={"is_read_only": True}, timeout=TIMEOUT).raise_for_status()
    (answer,) = upload(gb, ("a.pdf", b"x"))["AttachableResponse"]
    assert answer["Fault"]["Error"][0]["code"] == "6190"


def test_a_deleted_attachment_takes_its_file_along(gb: CompanyClient) -> None:
    (made,) = upload(gb, ("a.pdf", b"x"))["AttachableResponse"]
    record = made["Attachable"]
    body = {"Id": record["Id"], "SyncToken": record["SyncToken"]}
    gone = gb.post("attachable", body, operation="delete")
    assert gone["Attachable"]["status"] == "Deleted"
    assert requests.get(record["TempDownloadUri"], timeout=TIMEOUT).status_code == 404


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
        ),
    ],
)
def test_what_is_no_upload(gb: CompanyClient, content_type: str, body: bytes) -> None:
    answer = gb.call("POST", "upload", data=body, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] in {"2010", "2020"}
