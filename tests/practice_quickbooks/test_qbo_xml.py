"""Answers in XML for clients that ask for it, or for nothing."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.practice_quickbooks.qbo_company import CompanyClient

NS = {"q": "http://schema.intuit.com/finance/v3"}


def root_of(company: CompanyClient, path: str, accept: str | None) -> ET.Element:
    answer = company.call("GET", path, headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.headers["intuit_tid"]
    return ET.fromstring(answer.content)  # noqa: S314 - our own service's


@pytest.mark.parametrize("accept", ["application/xml", "text/xml;q=0.9", None])
def test_xml_is_answered_unless_json_is_asked_for(gb: CompanyClient, accept: str | None) -> None:
    invoice = gb.invoice(DocNumber="X-1", PrivateNote="<&>")
    root = root_of(gb, f"invoice/{invoice['Id']}", accept)
    assert root.tag == f"{{{NS['q']}}}IntuitResponse"
    found = root.find("q:Invoice", NS)
    assert found is not None
    assert found.attrib == {"domain": "QBO", "sparse": "false"}
    assert found.findtext("q:PrivateNote", namespaces=NS) == "<&>"
    assert found.findtext("q:TotalAmt", namespaces=NS) == "120.00"
    customer = found.find("q:CustomerRef", NS)
    assert customer is not None
    assert customer.text == invoice["CustomerRef"]["value"]
    assert customer.get("name") == "Nordwind Logistics plc"
    assert len(found.findall("q:Line", NS)) == 2


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/plain, */*"])
def test_json_is_answered_to_who_takes_it(gb: CompanyClient, accept: str) -> None:
    answer = gb.call("GET", "preferences", headers={"Accept": accept})
    assert answer.json()["Preferences"]


def test_faults_in_xml(gb: CompanyClient) -> None:
    fault = root_of(gb, "invoice/99999999", "application/xml").find("q:Fault", NS)
    assert fault is not None
    assert fault.get("type") == "ValidationFault"
    error = fault.find("q:Error", NS)
    assert error is not None
    assert error.get("code") == "610"
    assert error.findtext("q:Message", namespaces=NS) == "Object Not Found"
    gb.tokens = {"access_token": "unknown"}
    gateway = root_of(gb, "preferences", "application/xml").find("q:Fault", NS)
    assert gateway is not None
    assert gateway.get("type") == "AUTHENTICATION"


def test_bodies_in_xml_and_other_answers_are_refused(gb: CompanyClient) -> None:
    headers = {"Content-Type": "application/xml"}
    assert gb.call("POST", "invoice", data=b"<Invoice/>", headers=headers).status_code == 415
    assert gb.call("GET", "preferences", headers={"Accept": "image/png"}).status_code == 406
