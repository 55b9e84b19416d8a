"""Uploading and downloading the files of attachments."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from psaqb_desktop.practice.quickbooks import exact_json, fault_bodies
from psaqb_desktop.practice.quickbooks.attachments import file_of, keep_file
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entities.attachable import ATTACHABLE
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault
from psaqb_desktop.practice.quickbooks.multipart import UploadedPart, read_upload
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.store import savepoint

_LIFE_SECONDS = 15 * 60


def answer_upload(books: Books, service: PracticeQuickBooks) -> str:
    """The AttachableResponse member, as JSON text; each file can fail on its own.

    Raises:
        ApiFault: 2010 when the body is no upload.
    """
    members = []
    for part in read_upload(request.headers.get("Content-Type", ""), request.get_data()):
        try:
            with savepoint(books.rows.connection):
                row = keep_file(books, _metadata(part), part.content or b"")
            member: dict[str, Any] = {"Attachable": with_address(service, books, row.body)}
        except ApiFault as fault:
            member = {"Fault": fault.as_json()}
        members.append(member)
    return exact_json.dumps(members)


def with_address(service: PracticeQuickBooks, books: Books, body: Body) -> Body:
    """The attachment with the address of its file, good for a quarter of an hour."""
    if "FileAccessUri" not in body:
        return body
    expires = service.clock.epoch() + _LIFE_SECONDS
    ticket = _tickets().dumps([books.rows.realm, body["Id"], expires])
    base = service.base_url or request.host_url.rstrip("/")
    return body | {"TempDownloadUri": f"{base}/_files/{ticket}"}


def with_addresses(service: PracticeQuickBooks, books: Books, answer: str) -> str:
    """A query's answer with the addresses of the files in it."""
    response = exact_json.loads(answer)
    bodies: Iterable[Body] = response.get("Attachable", [])
    return exact_json.dumps(
        response | {"Attachable": [with_address(service, books, body) for body in bodies]}
        if bodies
        else response
    )


def create_file_downloads(service: PracticeQuickBooks) -> Blueprint:
    """The addresses of files; who has one needs no token."""
    files = Blueprint("files", __name__)

    @files.get("/_files/<ticket>")
    def download(ticket: str) -> Response:
        try:
            realm, attachable_id, expires = _tickets().loads(ticket)
        except BadSignature:
            return Response("This address was not given out here.\n", 403)
        if service.clock.epoch() >= expires:
            return Response("This address has expired.\n", 403)
        with service.reading(realm) as books:
            try:
                row, content = file_of(books, attachable_id)
            except ApiFault:
                return Response("The file is gone.\n", 404)
        kind = row.body.get("ContentType", "application/octet-stream")
        answer = Response(content, mimetype=kind)
        answer.headers.set("Content-Disposition", "attachment", filename=row.body["FileName"])
        return answer

    return files


def _metadata(part: UploadedPart) -> dict[str, Any]:
    if part.content is None:
        raise fault_bodies.missing(f"file_content_{part.number}")
    try:
        sent = exact_json.loads(part.metadata.decode()) if part.metadata else {}
    except (ValueError, json.JSONDecodeError) as error:
        raise fault_bodies.malformed("The metadata is not JSON") from error
    read = ATTACHABLE.read(sent, "Attachable") or {}
    for name in ("Id", "SyncToken", "sparse"):
        read.pop(name, None)
    if part.file_name:
        read.setdefault("FileName", part.file_name)
    if part.content_type:
        read.setdefault("ContentType", part.content_type)
    return read


def _tickets() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="file")
