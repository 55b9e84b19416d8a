"""Answers in XML, which is what the API gives to a client that does not ask for JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from flask import Request, Response

from psaqb_desktop.practice.quickbooks import exact_json

XML_TYPE = "application/xml;charset=UTF-8"
_NAMESPACE = "http://schema.intuit.com/finance/v3"
_ATTRIBUTES = frozenset(
    {"domain", "sparse", "startPosition", "maxResults", "totalCount", "status", "type", "bId"}
)
_ERROR_ATTRIBUTES = frozenset({"code", "element"})


def wants_xml(request: Request) -> bool:
    """Whether a request asks for XML, or for nothing in particular."""
    if "Accept" not in request.headers:
        return True
    offered = ("application/json", "application/xml", "text/xml")
    return (request.accept_mimetypes.best_match(offered) or "").endswith("xml")


def as_xml(response: Response) -> Response:
    """The same answer, written in XML."""
    answer = exact_json.loads(response.get_data(as_text=True))
    root = ET.Element("IntuitResponse", {"xmlns": _NAMESPACE, "time": str(answer.pop("time", ""))})
    if "fault" in answer:
        answer = {"Fault": _upper_case(answer["fault"])}
    for name, value in answer.items():
        _put(root, name, value)
    response.set_data(ET.tostring(root, encoding="utf-8", xml_declaration=True))
    response.headers["Content-Type"] = XML_TYPE
    return response


def _upper_case(fault: dict[str, Any]) -> dict[str, Any]:
    """The gateway's JSON is in lower case; its XML is not."""
    errors = [
        {
            "Message": error["message"],
            "Detail": error["detail"],
            "code": error["code"],
        }
        for error in fault["error"]
    ]
    return {"Error": errors, "type": fault["type"]}


def _put(parent: ET.Element, name: str, value: Any) -> None:
    if isinstance(value, list):
        for member in value:
            _put(parent, name, member)
        return
    element = ET.SubElement(parent, name)
    if not isinstance(value, dict):
        element.text = _text(value)
        return
    attributes = _ERROR_ATTRIBUTES if name == "Error" else _ATTRIBUTES
    is_reference = "value" in value
    for key, member in value.items():
        if is_reference and key == "value":
            element.text = _text(member)
        elif key in attributes or (is_reference and key == "name"):
            element.set(key, _text(member))
        else:
            _put(element, key, member)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)
