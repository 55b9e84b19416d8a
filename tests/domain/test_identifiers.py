"""Ids that every desktop derives alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.identifiers import (
    InvoiceId,
    QuickBooksId,
    RealmId,
    link_record_id,
    payment_record_id,
    request_id,
    sync_record_id,
)

invoice_ids = st.uuids().map(lambda u: InvoiceId(str(u)))
realms = st.integers(1, 10**20).map(lambda n: RealmId(str(n)))


@given(invoice_ids, realms, st.integers(1, 99))
def test_a_request_id_fits_into_a_batch(
    invoice_id: InvoiceId, realm: RealmId, generation: int
) -> None:
    made = request_id(invoice_id, realm, generation)
    assert len(made) <= 36
    assert re.fullmatch(r"[0-9a-f]{32}-g[0-9]{1,2}", made)


def test_every_desktop_makes_the_same_ids() -> None:
    """Changing these would post invoices twice: they are what older versions have sent."""
    invoice_id = InvoiceId("7f1c0a52-0d1e-4c55-9b7e-3f3d0f6a2b10")
    realm = RealmId("9341450000000001")
    assert sync_record_id(invoice_id, realm) == "912badef-ba04-5171-ae06-caa4eb442f30"
    assert request_id(invoice_id, realm, 1) == "912badefba045171ae06caa4eb442f30-g1"


@given(invoice_ids, invoice_ids, realms, realms, st.integers(1, 99), st.integers(1, 99))
def test_different_pushes_have_different_ids(
    one: InvoiceId, other: InvoiceId, here: RealmId, there: RealmId, first: int, second: int
) -> None:
    ids = {
        (invoice, realm, generation): request_id(invoice, realm, generation)
        for invoice in (one, other)
        for realm in (here, there)
        for generation in (first, second)
    }
    assert len(set(ids.values())) == len(ids)


@pytest.mark.parametrize("generation", [-1, 0, 100])
def test_generations_beyond_two_digits_are_refused(generation: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 99"):
        request_id(InvoiceId("x"), RealmId("1"), generation)


def test_records_of_payments_and_links_have_keys_of_their_own() -> None:
    sync = sync_record_id(InvoiceId("a"), RealmId("1"))
    payments = {
        payment_record_id(sync, kind, QuickBooksId(number))
        for kind in ("Payment", "CreditMemo")
        for number in ("1", "2")
    }
    links = {
        link_record_id(RealmId(realm), kind, key)
        for realm in ("1", "2")
        for kind in ("customer", "role")
        for key in ("a", "b")
    }
    assert len(payments | links | {sync}) == 4 + 8 + 1
