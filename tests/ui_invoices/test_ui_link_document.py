"""Linking to a document that was entered by hand, and pushing beside it, from the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.link_document import LinkChoice
from psaqb_desktop.ui.invoices.link_document_dialog import LinkDocumentDialog
from psaqb_desktop.ui.invoices.remedies import Remedy, offers_for
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import UK, draft_of, invoice, listed, record
from tests.ui_invoices.ui_fakes import FakeDesk, FakeLinkDocument, FakePush
from tests.ui_invoices.ui_window import Driven, RunAsync, press, shown_dialog


def entered(of: Invoice, number: str = "1007", **changes: object) -> PostedDocument:
    """What a person entered for an invoice, under a number of QuickBooks' own."""
    draft = draft_of(of)
    document = PostedDocument(
        type=DocumentType.INVOICE,
        id=QuickBooksId(f"9{number}"),
        number=number,
        sync_token="0",
        customer_id=draft.customer.id,
        currency=draft.currency,
        txn_date=draft.txn_date,
        total=draft.total,
        tax=draft.tax,
        balance=draft.total,
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def by_hand(_of: Invoice) -> Finding:
    return blocker(Cause.ALREADY_ENTERED, "QuickBooks has a similar one.", "Link or push.")


def words_of(dialog: QDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_a_similar_document_has_two_buttons_and_a_taken_number_too() -> None:
    offered = {cause: [o.remedy for o in offers_for(blocker(cause, "x", "y"))] for cause in Cause}
    assert offered[Cause.ALREADY_ENTERED] == [Remedy.LINK_DOCUMENT, Remedy.PUSH_ANYWAY]
    assert offered[Cause.NUMBER_TAKEN] == [Remedy.OPEN_CRM, Remedy.LINK_DOCUMENT]
    assert {len(offers) for offers in offered.values()} == {1, 2}


@pytest.mark.parametrize("is_sure", [True, False])
def test_an_invoice_is_linked_after_a_look_at_both(
    run_async: RunAsync, tasks: TaskRunner, *, is_sure: bool
) -> None:
    async def body() -> None:
        one = invoice(1)
        desk = FakeDesk(link_document=FakeLinkDocument((entered(one),)))
        driven = Driven(tasks, listed(one), desk=desk)
        await driven.open()
        link, _ = offers_for(by_hand(one))
        driven.page.remedy_requested.emit(link, one.id)
        dialog = await shown_dialog()
        said = words_of(dialog)
        for fact in ("1007", draft_of(one).number, draft_of(one).customer.name, one.currency):
            assert fact in said
        assert "Different: number." in said
        press(dialog, "Link to 1007" if is_sure else "Cancel")
        await tasks.wait_all()
        assert desk.link_document.linked == ([(one.id, "91007")] if is_sure else [])
        if not is_sure:
            return
        assert driven.row(1).status is RowStatus.POSTED
        assert "is linked to 1007" in driven.page.summary.text
        press(driven.page.summary, "Unlink")
        await tasks.wait_all()
        assert desk.link_document.unlinked == [one.id]
        assert driven.row(1).status is RowStatus.NOT_CHECKED
        assert "back among those to post" in driven.page.summary.text

    run_async(body())


def test_nothing_that_fits_is_said(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        one = invoice(1)
        driven = Driven(tasks, listed(one))
        await driven.open()
        driven.page.remedy_requested.emit(offers_for(by_hand(one))[0], one.id)
        await tasks.wait_all()
        assert "no document that could be linked to invoice INV-00001" in driven.page.summary.text

    run_async(body())


@pytest.mark.parametrize("is_sure", [True, False])
def test_pushing_beside_a_similar_document_is_asked_twice(
    run_async: RunAsync, tasks: TaskRunner, *, is_sure: bool
) -> None:
    async def body() -> None:
        one, other = invoice(1), invoice(2)
        desk = FakeDesk(push_invoices=FakePush())
        driven = Driven(tasks, listed(one), listed(other), desk=desk)
        await driven.open()
        driven.page.remedy_requested.emit(offers_for(by_hand(one))[1], one.id)
        question = await shown_dialog()
        assert "owe it twice" in words_of(question)
        assert "void" in words_of(question)
        press(question, "Push INV-00001 anyway" if is_sure else "Cancel")
        if is_sure:
            press(await shown_dialog(), "Push 1")
        await tasks.wait_all()
        assert desk.push_invoices.pushed == ([one.id] if is_sure else [])
        assert desk.push_invoices.accepted == ({one.id} if is_sure else set())

    run_async(body())


def test_an_ordinary_push_accepts_nothing_similar(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        await driven.push_all("Push 1")
        assert driven.desk.push_invoices.accepted == set()

    run_async(body())


def test_the_dialog_shows_the_chosen_document_and_what_differs(qapp: QApplication) -> None:
    one = invoice(1)
    draft = draft_of(one)
    same = entered(one, draft.number)
    odd = entered(
        one,
        "77",
        total=draft.total + Decimal("0.05"),
        txn_date=draft.txn_date + timedelta(days=1),
    )
    dialog = LinkDocumentDialog(None, LinkChoice(one.number, draft, (same, odd)))
    dialog.show()
    assert dialog.documents.isVisible()
    assert "Everything agrees." in words_of(dialog)
    assert dialog.document is same
    dialog.documents.setFocus()
    QTest.keyClick(dialog.documents, Qt.Key.Key_Down)
    assert dialog.document is odd
    assert "Different: number, date, total." in words_of(dialog)
    assert dialog.link.accessibleName() == "Link to 77"
    dialog.documents.setCurrentIndex(0)
    assert dialog.document is same
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qapp.processEvents()
    assert dialog.result() == QDialog.DialogCode.Rejected, "a bare Enter links nothing"
    dialog.deleteLater()


def test_the_buttons_of_a_problem_say_which_one(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        one = invoice(1)
        failed = record(
            one,
            UK,
            PostingState.FAILED,
            finding="The number is taken.",
            finding_cause=Cause.NUMBER_TAKEN.value,
        )
        driven = Driven(tasks, listed(one, record=failed))
        await driven.open()
        driven.page.details.show_row(driven.row(1))
        driven.page.details.tabs.setCurrentIndex(1)
        words = [b.text() for b in driven.page.details.problems.findChildren(QPushButton)]
        assert words[:2] == ["Open in the CRM", "Link to it…"]
        chosen: list[object] = []
        driven.page.details.remedy_requested.connect(chosen.append)
        press(driven.page.details.problems, "Link to it")
        assert [offer.remedy for offer in chosen] == [Remedy.LINK_DOCUMENT]  # type: ignore[attr-defined]
        await tasks.wait_all()

    run_async(body())
