from __future__ import annotations

from dataclasses import replace

import pytest

from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.schema import PROFILE, TABLES
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.crm import ProvisionStep
from psaqb_desktop.domain.errors import (
    NotSetUpError,
    RequestRejectedError,
    SecretHiddenError,
)
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm


def test_a_bare_crm_is_set_up_and_the_second_time_finds_it_done(bare_crm: PracticeCrm) -> None:
    desk = bare_crm.desk("ada")
    assert not desk.provisioner.is_set_up()
    with pytest.raises(NotSetUpError):
        desk.connections.connections()

    steps = desk.provision()
    assert desk.provisioner.is_set_up()
    assert [step.done for step in steps] == list(range(1, steps[0].total + 1))
    assert not any(step.was_there for step in steps)
    assert desk.connections.connections() == ()

    again = desk.provision()
    assert all(step.was_there for step in again)


def test_a_set_up_goes_on_where_it_was_interrupted(bare_crm: PracticeCrm) -> None:
    desk = bare_crm.desk("ada")

    class Interrupted(Exception):  # noqa: N818 - a person closing the window
        pass

    def stop_after_ten(step: ProvisionStep) -> None:
        if step.done == 10:
            raise Interrupted

    with pytest.raises(Interrupted):
        desk.provisioner.provision(stop_after_ten)
    assert not desk.provisioner.is_set_up()
    steps = desk.provision()
    assert [step.was_there for step in steps[:10]] == [True] * 10
    assert desk.provisioner.is_set_up()


def test_a_crm_of_an_earlier_version_gets_the_columns_that_are_new(bare_crm: PracticeCrm) -> None:
    desk = bare_crm.desk("ada")
    before = "Column “Invoice version” of “QuickBooks posting”"
    new = "Column “Content digest” of “QuickBooks posting”"

    class EarlierVersion(Exception):  # noqa: N818 - its schema ended here
        pass

    def stop(step: ProvisionStep) -> None:
        if step.name == before:
            raise EarlierVersion

    with pytest.raises(EarlierVersion):
        desk.provisioner.provision(stop)
    with pytest.raises(NotSetUpError):
        desk.sync_records.records()
    steps = {step.name: step.was_there for step in desk.provision()}
    assert (steps[before], steps[new]) == (True, False)
    assert desk.sync_records.records() == ()


def test_trouble_on_the_way_is_sat_out(bare_crm: PracticeCrm) -> None:
    desk = bare_crm.desk("ada")
    locked = (
        '{"error":{"code":"0x80071151","message":"Cannot start another [EntityCustomization]"}}'
    )
    attributes = "*/Attributes"
    bare_crm.fault(fault="drop_after", method="POST", path="*/EntityDefinitions")
    bare_crm.fault(fault="drop_after", method="POST", path=attributes, skip=3)
    bare_crm.fault(fault="drop_before", method="POST", path="*/RelationshipDefinitions")
    bare_crm.fault(fault="status", status=429, body=locked, method="POST", path=attributes, times=6)
    bare_crm.fault(fault="status", status=503, method="POST", path="*/Keys", commit=True)
    desk.provision()
    assert desk.provisioner.is_set_up()
    assert all(step.was_there for step in desk.provision())


def test_the_columns_are_as_declared(ada: Desk) -> None:
    for table in TABLES:
        path = f"EntityDefinitions(LogicalName='{table.name}')"
        head = ada.client.get(path, {"$select": "OwnershipType,EntitySetName"}, doing="looking")
        assert head["OwnershipType"] == "OrganizationOwned"
        options = {"$select": "LogicalName,AttributeType,IsSecured,IsAuditEnabled"}
        rows = ada.client.get(f"{path}/Attributes", options, doing="looking")["value"]
        found = {row["LogicalName"]: row for row in rows}
        for column in (table.primary, *table.columns):
            kind = column.kind.value.partition(" ")[0]
            assert found[column.name]["AttributeType"] == kind
            assert found[column.name]["IsSecured"] is column.is_secret
            # Whoever turns auditing of the table on must not find secrets in the log.
            assert found[column.name]["IsAuditEnabled"]["Value"] is not column.is_secret
        for lookup in table.lookups:
            assert found[lookup.name]["AttributeType"] == "Lookup"


def test_somebody_without_rights_is_told_which(bare_crm: PracticeCrm) -> None:
    desk = bare_crm.desk("ben")
    with pytest.raises((RequestRejectedError, SecretHiddenError)) as caught:
        desk.provision()
    assert "missing prvCreatePublisher" in caught.value.details


def test_secrets_are_read_through_the_profile(bare_crm: PracticeCrm) -> None:
    ada, cleo = bare_crm.desk("ada"), bare_crm.desk("cleo")
    ada.provision()
    connection = ada.new_connection()
    now = ada.clock.now()
    tokens = TokenAnswer("access", "refresh", now, now, now)
    ada.connections.save_credentials(connection.id, client_secret="secret", tokens=tokens)
    with pytest.raises(SecretHiddenError):
        cleo.connections.credentials(connection.id)

    options = {"$filter": f"name eq '{PROFILE}'"}
    (profile,) = ada.client.rows("fieldsecurityprofiles", options, doing="looking")
    address = ada.client.address(f"fieldsecurityprofiles({profile['fieldsecurityprofileid']})")
    path = f"systemusers({cleo.sign_in.who_am_i().id})/systemuserprofiles_association/$ref"
    ada.client.write(Operation("POST", path, body={"@odata.id": address}), doing="adding")
    assert cleo.connections.credentials(connection.id) == Credentials("secret", "refresh")
    cleo.connections.store_tokens(
        cleo.connections.connection(connection.id),
        replace(tokens, refresh_token="newer"),
        is_lease_ours=True,
    )
    assert ada.connections.credentials(connection.id).refresh_token == "newer"
