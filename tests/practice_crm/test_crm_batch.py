"""$batch."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4


def _part(method: str, url: str, body: Any = None, content_id: str = "") -> str:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"{method} {url} HTTP/1.1", "Content-Type: application/json", ""]
    lines.append("" if body is None else json.dumps(body))
    return "\r\n".join(lines) + "\r\n"


def _multipart(boundary: str, parts: list[str]) -> str:
    return "".join(f"--{boundary}\r\n{part}" for part in parts) + f"--{boundary}--\r\n"


def _change_set(*parts: str) -> str:
    inside = _multipart("changeset_1", list(parts))
    return f"Content-Type: multipart/mixed; boundary=changeset_1\r\n\r\n{inside}"


def _send(api: Any, *parts: str, **headers: str) -> Any:
    headers["Content-Type"] = 'multipart/mixed; boundary="batch_1"'
    body = _multipart("batch_1", list(parts)).encode()
    return api.call("POST", "$batch", data=body, headers=headers)


def test_reads_and_writes_come_back_in_order(api: Any) -> None:
    answer = _send(
        api,
        _part("GET", f"{api.root}WhoAmI"),
        _part("POST", "/api/data/v9.2/accounts", {"name": "Bätch"}),
        _part("GET", "accounts?$select=name&$filter=name%20eq%20'B%C3%A4tch'"),
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    statuses = [line for line in answer.text.split("\r\n") if line.startswith("HTTP/1.1")]
    assert statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 204 No Content", "HTTP/1.1 200 OK"]
    assert "Bätch" in answer.content.decode()


def test_a_change_set_is_kept_or_undone_whole(api: Any) -> None:
    name = f"Whole {uuid4()}"
    good = _part("POST", f"{api.root}accounts", {"name": name}, "1")
    bad = _part("POST", f"{api.root}accounts", {"nosuch": 1}, "2")
    answer = _send(api, _change_set(good, bad))
    assert answer.status_code == 400
    assert "0x80048d19" in answer.text
    assert api.rows(f"accounts?$filter=name eq '{name}'") == []
    assert _send(api, _change_set(good)).status_code == 200
    assert len(api.rows(f"accounts?$filter=name eq '{name}'")) == 1


def test_a_failed_change_set_is_one_part_that_names_the_call(api: Any) -> None:
    good = _part("POST", f"{api.root}accounts", {"name": "x"}, "first")
    bad = _part("POST", f"{api.root}accounts", {"nosuch": 1}, "second")
    answer = _send(api, _change_set(good, bad))
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert answer.text.count("HTTP/1.1") == 1
    assert "HTTP/1.1 400 Bad Request" in answer.text
    assert "Content-ID: second" in answer.text


def test_content_ids_are_references_in_addresses_and_binds(api: Any) -> None:
    name = f"Reference {uuid4()}"
    answer = _send(
        api,
        _change_set(
            _part("POST", f"{api.root}accounts", {"name": name}, "1"),
            _part("PATCH", "$1", {"telephone1": "55"}, "2"),
            _part(
                "POST",
                f"{api.root}accounts",
                {"name": "Child", "parentaccountid@odata.bind": "$1"},
                "3",
            ),
        ),
    )
    assert answer.status_code == 200, answer.text
    assert "Content-ID: 3" in answer.text
    parent = api.rows(f"accounts?$filter=name eq '{name}'")[0]
    assert parent["telephone1"] == "55"
    children = f"accounts?$filter=_parentaccountid_value eq {parent['accountid']}"
    assert len(api.rows(children)) == 1


def test_an_undeclared_content_id_is_400(api: Any) -> None:
    answer = _send(api, _change_set(_part("PATCH", "$7", {"name": "x"}, "1")))
    assert answer.status_code == 400
    assert "Content-ID Reference: '7' does not exist" in answer.text


def test_a_get_inside_a_change_set_is_refused(api: Any) -> None:
    assert _send(api, _change_set(_part("GET", f"{api.root}WhoAmI", None, "1"))).status_code == 400


def test_the_first_failure_ends_the_batch_with_400(api: Any) -> None:
    name = f"After {uuid4()}"
    answer = _send(
        api,
        _part("GET", f"{api.root}accounts({uuid4()})"),
        _part("POST", f"{api.root}accounts", {"name": name}),
    )
    assert answer.status_code == 400
    assert "HTTP/1.1 404 Not Found" in answer.text
    assert api.rows(f"accounts?$filter=name eq '{name}'") == []


def test_with_continue_on_error_each_part_has_its_own_status(api: Any) -> None:
    name = f"Continued {uuid4()}"
    answer = _send(
        api,
        _part("GET", f"{api.root}accounts({uuid4()})"),
        _part("POST", f"{api.root}accounts", {"name": name}),
        Prefer="odata.continue-on-error",
    )
    assert answer.status_code == 200
    assert "HTTP/1.1 404 Not Found" in answer.text
    assert "HTTP/1.1 204 No Content" in answer.text
    assert len(api.rows(f"accounts?$filter=name eq '{name}'")) == 1


def test_more_than_a_thousand_requests_are_refused(api: Any) -> None:
    part = _part("GET", f"{api.root}WhoAmI")
    assert _send(api, *[part] * 1001).status_code == 400


def test_if_match_is_heard_inside_a_batch(api: Any) -> None:
    row_id = api.create("accounts", {"name": "Guarded"})
    part = _part("PATCH", f"{api.root}accounts({row_id})", {"name": "x"})
    part = part.replace(
        "Content-Type: application/json", 'If-Match: W/"1"\r\nContent-Type: application/json'
    )
    answer = _send(api, part)
    assert "HTTP/1.1 412 Precondition Failed" in answer.text
    assert "0x80060882" in answer.text
