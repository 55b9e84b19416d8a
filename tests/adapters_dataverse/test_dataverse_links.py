from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from psaqb_desktop.domain.identifiers import QuickBooksId, RealmId, link_record_id
from psaqb_desktop.domain.links import Link, LinkKind
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm


@pytest.fixture
def realm() -> RealmId:
    return RealmId(str(uuid.uuid4().int)[:16])


def _link(realm: RealmId, key: str, name: str, kind: LinkKind = LinkKind.CUSTOMER) -> Link:
    return Link(
        realm_id=realm,
        kind=kind,
        crm_key=key,
        crm_name=name,
        quickbooks_id=QuickBooksId("58"),
        quickbooks_name=f"{name} (QuickBooks)",
        confirmed_by="ada",
        confirmed_on=datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC),
        id=link_record_id(realm, kind.value, key),
    )


def test_links_of_a_company_are_saved_replaced_and_removed(ada: Desk, realm: RealmId) -> None:
    awkward = _link(realm, 'courier to <ulm> & 50% "o\'hara"', "Courier", LinkKind.WRITE_IN)
    links = [*(_link(realm, str(uuid.uuid4()), f"Zażółć {n}") for n in range(3)), awkward]
    ada.links.save(links)
    assert set(ada.links.links(realm)) == set(links)
    assert ada.links.links(RealmId("1")) == ()
    changed = replace(links[0], quickbooks_id=QuickBooksId("61"))
    ada.links.save([changed])
    assert set(ada.links.links(realm)) == {changed, *links[1:]}
    ada.links.remove([awkward, links[1]])
    assert set(ada.links.links(realm)) == {changed, links[2]}
    ada.links.remove([awkward])


def test_many_links_take_few_requests(crm: PracticeCrm, ada: Desk, realm: RealmId) -> None:
    links = [_link(realm, f"key {n}", f"Name {n}", LinkKind.WRITE_IN) for n in range(250)]
    ada.links.links(realm)
    crm.forget_calls()
    ada.links.save(links)
    assert len(crm.calls()) == 1
    assert len(ada.links.links(realm)) == 250


def test_links_survive_lost_answers(crm: PracticeCrm, ada: Desk, realm: RealmId) -> None:
    for fault in ("drop_after", "half_answer", "drop_before"):
        crm.fault(fault=fault, method="POST", path="*$batch")
    link = _link(realm, "1", "Net 30", LinkKind.TERM)
    ada.links.save([link])
    assert ada.links.links(realm) == (link,)
