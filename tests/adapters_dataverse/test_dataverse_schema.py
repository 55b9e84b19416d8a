from __future__ import annotations

import pytest

from psaqb_desktop.adapters.dataverse.connection_records import read_rules, write_rules
from psaqb_desktop.adapters.dataverse.definitions import Labels, column_body
from psaqb_desktop.adapters.dataverse.schema import (
    DOCUMENT_TYPES,
    ENVIRONMENTS,
    QUICKBOOKS_STATUSES,
    STATES,
    TABLES,
)
from psaqb_desktop.domain.connection import RouteBy, RoutingRule
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus


def test_every_state_has_an_option_of_its_own() -> None:
    assert {STATES.member(STATES.value(s), PostingState.FAILED) for s in PostingState} == set(
        PostingState
    )
    assert len(QUICKBOOKS_STATUSES.options) == len(QuickBooksStatus)
    assert len(DOCUMENT_TYPES.options) == len(DocumentType)
    assert [value for value, _ in ENVIRONMENTS.options] == [271840000, 271840001, 271840002]


def test_unknown_option_values_fall_back() -> None:
    assert STATES.member(1, PostingState.FAILED) is PostingState.FAILED
    assert STATES.member(None, PostingState.NOT_POSTED) is PostingState.NOT_POSTED


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_keys_stay_within_what_the_platform_takes(table: object) -> None:
    found = next(each for each in TABLES if each is table)
    sizes = {column.name: column.size for column in (found.primary, *found.columns)}
    secrets = {column.name for column in found.secrets}
    assert not secrets & set(found.key.columns)
    assert sum(sizes.get(name, 8) * 2 for name in found.key.columns) <= 900


def test_secrets_are_kept_out_of_the_audit_log_and_of_ordinary_reading() -> None:
    secrets = [(table, column) for table in TABLES for column in table.secrets]
    assert [column.name for _, column in secrets] == ["psaqb_clientsecret", "psaqb_refreshtoken"]
    for table, column in secrets:
        assert column_body(column, Labels(1033))["IsAuditEnabled"] == {"Value": False}
        assert column.name not in table.properties


def test_labels_use_the_base_language_of_the_crm() -> None:
    label = Labels(1031)("Name")
    assert label["LocalizedLabels"][0]["LanguageCode"] == 1031


def test_routing_rules_are_readable_and_come_back() -> None:
    rules = (
        RoutingRule(RouteBy.OWNING_COMPANY, "GBSI"),
        RoutingRule(RouteBy.CONTRACTING_UNIT, "Leeds = North"),
        RoutingRule(RouteBy.DEFAULT),
    )
    text = write_rules(rules)
    assert text.splitlines()[0] == "owning-company = GBSI"
    assert read_rules(text) == (rules, ())


def test_a_rule_typed_wrongly_in_the_crm_is_named() -> None:
    assert read_rules("company = GBSI\nDefault") == (
        (RoutingRule(RouteBy.DEFAULT),),
        ("company = GBSI",),
    )
