"""The desk: all use cases of one environment, as the window and the command line get them."""

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.services.accept_review import AcceptReview
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.connect_company import ConnectCompany
from psaqb_desktop.services.doctor import Doctor
from psaqb_desktop.services.edit_connection import EditConnection
from psaqb_desktop.services.invoice_details import InvoiceDetails
from psaqb_desktop.services.journal_upkeep import JournalUpkeep
from psaqb_desktop.services.leave_out import LeaveOut
from psaqb_desktop.services.link_document import LinkDocument
from psaqb_desktop.services.link_records import LinkRecords
from psaqb_desktop.services.list_invoices import ListInvoices
from psaqb_desktop.services.ports import CrmSignIn, Provisioner
from psaqb_desktop.services.pull_changes import PullChanges
from psaqb_desktop.services.push_again import PushAgain
from psaqb_desktop.services.push_invoices import PushInvoices
from psaqb_desktop.services.settle_pushes import SettlePushes


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a front end can ask for in one environment."""

    environment: Environment
    sign_in: CrmSignIn
    provisioner: Provisioner
    list_invoices: ListInvoices
    check_invoices: CheckInvoices
    push_invoices: PushInvoices
    settle_pushes: SettlePushes
    pull_changes: PullChanges
    connect_company: ConnectCompany
    edit_connection: EditConnection
    link_records: LinkRecords
    leave_out: LeaveOut
    push_again: PushAgain
    link_document: LinkDocument
    accept_review: AcceptReview
    invoice_details: InvoiceDetails
    doctor: Doctor
    journal_upkeep: JournalUpkeep
