from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from psaqb_desktop.domain.connection import RouteBy, RoutingRule
from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.ui.connect.browser_messages import BrowseEnd, BrowseOutcome, BrowserOrder
from psaqb_desktop.ui.connect.connection_words import badge, last_pulls
from psaqb_desktop.ui.connect.connections_page import ConnectionsPage, PageAction
from psaqb_desktop.ui.connect.edit_mapping import edit_mapping
from psaqb_desktop.ui.connect.mapping_dialog import MappingDialog
from psaqb_desktop.ui.connect.navigation_rules import may_visit, same_endpoint, shown_address
from psaqb_desktop.ui.connect.parts import ConnectParts
from psaqb_desktop.ui.connect.rules_editor import RulesEditor, rules_in_words
from psaqb_desktop.ui.parts import MainWindowParts
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_connect.connect_fakes import (
    NOW,
    FakeDesk,
    FakeEditor,
    connected,
    connection,
    listed,
    row,
)
from tests.ui_connect.connect_person import dialog, field, is_enabled, press, read, text, until

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


@pytest.mark.parametrize(
    ("url", "is_same"),
    [
        ("https://app.example/cb?code=1", True),
        ("HTTPS://APP.example:443/cb?code=1#x", True),
        ("https://app.example/cb/", False),
        ("https://app.example/CB", False),
        ("http://app.example/cb", False),
        ("https://app.example:444/cb", False),
        ("https://app.example.evil.test/cb", False),
        ("https://user@app.example/cb", False),
    ],
)
def test_the_redirect_address_is_compared_part_by_part(url: str, *, is_same: bool) -> None:
    assert same_endpoint(QUrl(url), QUrl("https://app.example/cb")) is is_same


@pytest.mark.parametrize(
    ("url", "kind", "is_allowed"),
    [
        ("https://intuit.com/", "production", True),
        ("https://accounts.intuit.com/sign-in", "production", True),
        ("https://notintuit.com/", "production", False),
        ("https://intuit.com.evil.test/", "production", False),
        ("https://intuit.com@evil.test/", "production", False),
        ("http://accounts.intuit.com/", "production", False),
        ("http://accounts.intuit.com/", "sandbox", False),
        ("http://127.0.0.1:8080/", "practice", True),
        ("http://127.0.0.1:8081/", "practice", False),
        ("http://127.0.0.1:8080/", "production", False),
        ("http://[::1]:8080/", "practice", False),
        ("javascript:alert(1)", "practice", False),
        ("file:///etc/passwd", "practice", False),
        ("data:text/html,x", "practice", False),
    ],
)
def test_the_window_stays_on_allowed_hosts(url: str, kind: str, *, is_allowed: bool) -> None:
    assert may_visit(QUrl(url), ("intuit.com", "127.0.0.1:8080"), kind) is is_allowed


def test_the_address_line_shows_look_alike_letters() -> None:
    # A Cyrillic letter in the name, as a forger would use.
    assert shown_address(QUrl("https://\u0456ntuit.com/x?secret=1")) == "https://xn--ntuit-m2e.com"


def test_messages_survive_the_way_and_hide_secrets() -> None:
    order = BrowserOrder("https://a/?state=s3", "https://b/", "T", ("a",), "sandbox", (1, 2, 3, 4))
    assert BrowserOrder.from_line(order.to_line()) == order
    assert "s3" not in repr(order)
    for outcome in (
        BrowseOutcome(BrowseEnd.REDIRECTED, redirected_url="https://b/?code=c0"),
        BrowseOutcome(BrowseEnd.CANCELLED),
        BrowseOutcome(BrowseEnd.USE_SYSTEM_BROWSER),
        BrowseOutcome(BrowseEnd.FAILED, problem="no"),
    ):
        assert BrowseOutcome.from_line(outcome.to_line()) == outcome
        assert "c0" not in repr(outcome)
    for line in ("", "[]", "{}", '{"redirected": 1}', '{"cancelled": false}'):
        with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
            BrowseOutcome.from_line(line)


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (90, "Connected: 90 days left", "good"),
        (31, "Connected: 31 days left", "good"),
        (30, "Connected: 30 days left", "caution"),
        (15, "Connected: 15 days left", "caution"),
        (14, "Expiring soon: 14 days left", "bad"),
        (1, "Expiring soon: 1 day left", "bad"),
        (-1, "Sign in again", "bad"),
    ],
)
def test_the_badge_counts_days(days: int, words: str, tone: str) -> None:
    made = replace(
        connected("DEMF", "A", "DE", "EUR", 1),
        refresh_token_expires=NOW + timedelta(days=days, hours=1),
    )
    assert (badge(made, NOW).text, badge(made, NOW).tone) == (words, tone)


def test_rules_are_said_in_words() -> None:
    rules = (
        RoutingRule(RouteBy.CONTRACTING_UNIT, "Berlin"),
        RoutingRule(RouteBy.OWNING_COMPANY, "DEMF"),
        RoutingRule(RouteBy.CONTRACTING_UNIT, "Ulm"),
        RoutingRule(RouteBy.DEFAULT),
    )
    assert (
        rules_in_words(rules)
        == "Owning company DEMF; contracting unit Berlin or Ulm; everything else"
    )
    assert rules_in_words(()) == "No rule: no invoice comes here"


def test_rules_are_edited(qapp: object) -> None:
    assert qapp is not None
    editor = RulesEditor((RoutingRule(RouteBy.OWNING_COMPANY, "DEMF"),))
    editor.add.click()
    assert editor.rules() == (RoutingRule(RouteBy.OWNING_COMPANY, "DEMF"),)
    editor._rows[1][0].setCurrentIndex(4)
    assert editor.rules()[1] == RoutingRule(RouteBy.DEFAULT)
    editor._rows[0][2].click()  # type: ignore[attr-defined]
    assert editor.rules() == (RoutingRule(RouteBy.DEFAULT),)


def test_the_page_offers_what_can_be_done(qapp: object) -> None:
    assert qapp is not None
    page = ConnectionsPage()
    page.show()
    good, new = connected("DEMF", "A", "DE", "EUR", 90), connection("CHZH", "B")
    page.show_connections((good, new), {good.id: NOW}, ())
    assert page.selected == good
    assert page.buttons[PageAction.CONNECT].text() == "Re&connect…"
    second = page.tree.topLevelItem(1)
    assert second is not None
    page.tree.setCurrentItem(second)
    assert page.buttons[PageAction.CONNECT].text() == "&Connect…"
    assert not page.buttons[PageAction.MATCH].isEnabled()
    assert page.buttons[PageAction.MATCH].toolTip() == "Connect the company first."
    page.show_connections((new, good), {}, ())
    assert page.selected == new  # the selection follows the connection, not the row
    page.close()


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        (
            {"unreadable_rules": ("owning company X",)},
            "Routing rule cannot be read",
            "“owning company X”",
        ),
        (
            {"quickbooks_environment": "production"},
            "Belongs to production",
            "This connection belongs to production QuickBooks",
        ),
        ({}, "Connected: 90 days left", "Connected: 90 days left"),
    ],
)
def test_a_connection_that_is_not_used_as_it_stands_says_so(
    qapp: object, changes: dict[str, Any], status: str, told: str
) -> None:
    assert qapp is not None
    page = ConnectionsPage(kind=EnvironmentKind.SANDBOX)
    page.show()
    page.show_connections((replace(connected("DEMF", "A", "DE", "EUR", 90), **changes),), {}, ())
    item = page.tree.topLevelItem(0)
    assert item is not None
    assert item.text(5) == status
    assert told in item.toolTip(5)
    assert told in item.data(5, Qt.ItemDataRole.AccessibleTextRole)
    page.close()


def test_a_missing_set_up_is_offered_first(qapp: object) -> None:
    assert qapp is not None
    page = ConnectionsPage()
    page.show()
    asked: list[PageAction] = []
    page.wanted.connect(lambda action, _connection: asked.append(action))
    page.show_connections((), {}, (connection(),), is_set_up=False)
    assert not page.new.isEnabled()
    assert "tables" in "".join(label.text() for label in page.findChildren(QLabel))
    page.close()


class Window:
    """The parts in a window, as the main window uses them."""

    def __init__(self, tasks: TaskRunner) -> None:
        self.desk = FakeDesk()
        self.changes = 0
        self.parts = ConnectParts(self.desk, tasks)
        as_expected: MainWindowParts = self.parts
        self.widget = QWidget()
        self.parts.set_window(self.widget)
        self.parts.on_changed = self._count
        self.page = as_expected.connections_page
        assert isinstance(self.page, ConnectionsPage)
        self.page.setParent(self.widget)
        self.widget.show()

    def _count(self) -> None:
        self.changes += 1


def test_a_suggested_connection_is_one_click_away(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        window = Window(tasks)
        window.parts.show_list(listed(rows=[row(1)]))
        await press("Connect Alder & Finch GmbH (DEMF)", window.page)
        await read("Connect the QuickBooks company of Alder & Finch GmbH")
        assert field("Legal entity").text() == "DEMF"
        await press("Cancel")
        await tasks.wait_all()
        assert window.changes == 0
        window.widget.close()

    run_async(body())


def test_disconnecting_is_confirmed_by_name(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        window = Window(tasks)
        window.parts.show_list(listed(connected("DEMF", "Alder Books", "DE", "EUR", 90)))
        await press("Disconnect", window.page)
        await read("Disconnect Alder Books?")
        await press("Cancel")
        await tasks.wait_all()
        assert window.desk.connect_company.disconnected == []
        await press("Disconnect", window.page)
        await press("Disconnect Alder Books")
        await tasks.wait_all()
        assert len(window.desk.connect_company.disconnected) == 1
        assert window.changes == 1
        window.widget.close()

    run_async(body())


def test_editing_saves_only_changes(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        window = Window(tasks)
        window.parts.show_list(listed(connected("DEMF", "Alder Books", "DE", "EUR", 90)))
        await press("Edit", window.page)
        await press("Save")
        await tasks.wait_all()
        assert window.desk.edit_connection.saved == []
        await press("Edit", window.page)
        await until(lambda: dialog() is not None)
        field("Name").setText("Alder Berlin")
        await press("Save")
        await tasks.wait_all()
        assert [c.name for c in window.desk.edit_connection.saved] == ["Alder Berlin"]
        window.widget.close()

    run_async(body())


def mapping_text() -> QPlainTextEdit:
    shown = dialog()
    assert isinstance(shown, MappingDialog)
    return shown.editor


def test_a_mapping_with_problems_cannot_be_saved(run_async: RunAsync, tasks: TaskRunner) -> None:
    editor = FakeEditor()

    async def body() -> None:
        running = asyncio.ensure_future(edit_mapping(None, editor, tasks, connection()))
        await until(lambda: dialog() is not None)
        assert "No problems." in text()
        assert not is_enabled("Save the mapping")  # nothing was changed yet
        mapping_text().setPlainText('{"due_date": "later", "colour": 1}')
        await read("2 problems. It cannot be saved like this.")
        assert not is_enabled("Save the mapping")
        mapping_text().setPlainText('{\n "due_date": }')
        await read("1 problem.")
        mapping_text().setPlainText('{"due_date": "terms"}')
        await press("Save the mapping")
        assert await running

    run_async(body())
    assert editor.mappings == ['{"due_date": "terms"}']


def test_changes_of_a_mapping_are_not_lost_unasked(run_async: RunAsync, tasks: TaskRunner) -> None:
    editor = FakeEditor()
    stored = connection(mapping_text='{"due_date": "terms"}')

    async def body() -> None:
        running = asyncio.ensure_future(edit_mapping(None, editor, tasks, stored))
        await until(lambda: dialog() is not None)
        await press("Restore defaults")
        assert '"due_date": "crm"' in mapping_text().toPlainText()
        mapping_text().undo()
        assert mapping_text().toPlainText() == '{"due_date": "terms"}'
        mapping_text().redo()
        await press("Cancel")
        await press("Go on editing")
        await press("Cancel")
        await press("Discard the changes")
        assert not await running

    run_async(body())
    assert editor.mappings == []


def test_nothing_heavy_is_imported_with_the_screens() -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = (
        "import sys; import psaqb_desktop.ui.connect.parts;"
        "print([m for m in ('requests', 'authlib', 'keyring', 'PySide6.QtWebEngineCore')"
        " if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"


def test_a_pull_that_brought_nothing_new_counts_as_the_last_pull() -> None:
    one = connected("GB01", "One Ltd", "GB", "GBP", 90)
    other = connected("US01", "Other Inc.", "US", "USD", 80)
    seen = NOW - timedelta(days=3)
    record = SyncRecord(
        CrmId("r"), InvoiceId("i"), one.id, one.realm_id, PostingState.POSTED, last_checked=seen
    )
    rows = (replace(row(1), record=record),)
    assert last_pulls(listed(one, other, rows=rows)) == {one.id: seen}
    pulled = replace(listed(one, other, rows=rows), pulled_on={one.realm_id: NOW})
    assert last_pulls(pulled) == {one.id: NOW}
