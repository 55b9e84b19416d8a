"""The adapter keeps the contract of the use cases; mypy reads this file too."""

from __future__ import annotations

from psaqb_desktop.services import ports
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm


def test_each_port_of_the_crm_has_its_adapter(reading_crm: PracticeCrm) -> None:
    desk = Desk(reading_crm)
    source: ports.InvoiceSource = desk.invoices
    connections: ports.ConnectionStore = desk.connections
    records: ports.SyncRecordStore = desk.sync_records
    links: ports.LinkStore = desk.links
    provisioner: ports.Provisioner = desk.provisioner
    sign_in: ports.CrmSignIn = desk.sign_in
    adapters = (source, connections, records, links, provisioner, sign_in)
    assert len({type(each).__name__ for each in adapters}) == 6
