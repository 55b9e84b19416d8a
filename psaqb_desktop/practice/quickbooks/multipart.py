"""Reading an upload: parts in pairs, metadata and content, told apart by a number."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from psaqb_desktop.practice.quickbooks import fault_bodies

_NAME = re.compile(r"file_(metadata|content)_(\w+)")


@dataclass
class UploadedPart:
    """One file of an upload.

    Attributes:
        metadata: JSON text, None when there was no such part.
        content: The file, None when there was no such part.
    """

    number: str
    metadata: bytes | None = None
    content: bytes | None = None
    file_name: str = ""
    content_type: str = ""


def read_upload(content_type: str, body: bytes) -> list[UploadedPart]:
    """The files of a multipart body, in the order of their numbers.

    Clients differ: some name the file in its part, some only in the metadata; some send the
    bytes, some base64.

    Raises:
        ApiFault: 2010 for anything that is no such body.
    """
    kind, parameters = parse_options_header(content_type)
    boundary = parameters.get("boundary", "").strip()
    if kind != "multipart/form-data" or not boundary:
        raise fault_bodies.malformed("An upload is multipart/form-data")
    parts: dict[str, UploadedPart] = {}
    for name, file_name, headers, content in _parts(boundary.encode(), body):
        found = _NAME.fullmatch(name)
        if found is None:
            raise fault_bodies.malformed(f"Unknown part {name}")
        part = parts.setdefault(found[2], UploadedPart(found[2]))
        if found[1] == "metadata":
            part.metadata = content
        else:
            part.content = _decoded(headers, content)
            part.file_name = file_name
            part.content_type = headers.get("Content-Type", "")
    if not parts:
        raise fault_bodies.missing("file_content_01")
    return [parts[number] for number in sorted(parts)]


def _parts(boundary: bytes, body: bytes) -> list[tuple[str, str, Headers, bytes]]:
    decoder = MultipartDecoder(boundary, max_parts=200)
    decoder.receive_data(body)
    decoder.receive_data(None)
    parts: list[tuple[str, str, Headers, bytes]] = []
    chunks = bytearray()
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                head = event
            elif isinstance(event, Data):
                chunks += event.data
                if not event.more_data:
                    name = head.filename if isinstance(head, File) else ""
                    parts.append((head.name, name, head.headers, bytes(chunks)))
                    chunks.clear()
    except ValueError as error:
        raise fault_bodies.malformed("The multipart body breaks off") from error
    return parts


def _decoded(headers: Headers, content: bytes) -> bytes:
    if headers.get("Content-Transfer-Encoding", "").lower() != "base64":
        return content
    try:
        return base64.b64decode(content)
    except binascii.Error as error:
        raise fault_bodies.malformed("The content is not base64") from error
