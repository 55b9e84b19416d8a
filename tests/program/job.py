"""The job of an accountant, in steps that several tests take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from psaqb_desktop.practice.group import (
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
    LegalEntitySeed,
)
from tests.program.person import Person, Table

SEARCH = "Search number, name, customer or amount"
Rows = Mapping[str, tuple[str, ...]]
LONG = 120.0
"""Seconds for what talks to a service many times, on a slow machine."""
_ALL_STEPS = re.compile(r"^(\d+) of \1 steps done\.$")
OBVIOUS = (
    *("Tailspin Dublin DAC", "Litware Leeds Ltd", "Proseware, Inc.", "Wide World Importers"),
    *("Consultant", "Project Manager", "Developer", "Senior Consultant", "Meals & subsistence"),
    *("Milestone", "Fee", "0 % tax"),
)
"""CRM records whose best suggestion is right although it is not exact."""


def sign_in_with_embedded_browser(environments_file: Path) -> None:
    """Let the practice environment sign people in, as a real one does."""
    text = environments_file.read_text("utf-8")
    assert '"client-credentials"' in text
    changed = text.replace('"client-credentials"', '"embedded-browser"')
    environments_file.write_text(changed, "utf-8")


def sign_in_to_crm(me: Person) -> None:
    """Sign in as the accountant on the practice Entra page, in the sign-in window."""
    me.press("Sign in to the CRM")
    me.wait_to_see("Choose who you want to be", seconds=LONG)
    me.tick("Ada Ledger accountant, admin")
    me.take_picture("crm-sign-in")
    me.press("Accept")
    me.wait_to_see("Signed in as Ada Ledger", seconds=LONG)
    me.wait_to_see("Last read", seconds=LONG)


def set_up_crm(me: Person) -> None:
    """Make the tables in the CRM."""
    me.press("Set up the CRM…")
    me.wait_to_see("The CRM needs four tables of this program")
    me.take_picture("set-up-explained")
    me.press("Set up the CRM", window="Set up the CRM")
    me.wait_to_see("The CRM is set up", seconds=LONG)
    me.wait_until(lambda: me.find(_ALL_STEPS), "all steps to be done")
    me.take_picture("set-up-done")
    me.press("Close", window="Set up the CRM")
    me.wait_to_see("No company is connected yet", seconds=LONG)


def connect_company(me: Person, entity: LegalEntitySeed) -> None:
    """Connect a legal entity in the sign-in window, up to the match screen."""
    dialog = "Connect a QuickBooks company"
    me.press("Connections")
    me.press(f"Connect {entity.name} ({entity.code})")
    me.type_into("Client ID", PRACTICE_INTUIT_CLIENT_ID, window=dialog)
    me.type_into("Security Key (client secret)", PRACTICE_INTUIT_CLIENT_SECRET, window=dialog)
    me.take_picture(f"connect-{entity.code}-keys")
    me.press("Sign in to QuickBooks", window=dialog)
    me.wait_to_see("Any e-mail address will do", seconds=LONG)
    me.type_into("E-mail", "ada@alderfinch.example")
    me.type_into("Password", "practice")
    me.take_picture(f"connect-{entity.code}-sign-in")
    me.keys("Return")
    me.wait_to_see("Which company?")
    me.press(re.compile(f"{re.escape(entity.company_name)}$"))
    me.take_picture(f"connect-{entity.code}-company")
    me.press("Next")
    me.wait_to_see("Let PSAQB Desktop work with these books?")
    me.take_picture(f"connect-{entity.code}-consent")
    me.press("Connect")
    me.wait_to_see(f"Is this the company of {entity.name}?", seconds=LONG)
    me.wait_to_see(f"Company id: {entity.realm_id}")
    me.take_picture(f"connect-{entity.code}-confirm")
    me.press("Yes, store the connection", window=dialog)
    me.wait_to_see(f"{entity.company_name} is connected", seconds=LONG)
    me.take_picture(f"connect-{entity.code}-done")
    me.press("Match customers and items…", window=dialog)


def match(me: Person, entity: LegalEntitySeed, records: Sequence[str] = OBVIOUS) -> None:
    """Confirm the exact matches, and suggestions that are right for these records."""
    dialog = f"Match customers and items of {entity.name}"
    me.wait_to_see(f"Match with {entity.company_name}", seconds=LONG)
    for tab in _tabs(me, dialog):
        me.press(tab, window=dialog)
        table = me.front_table(window=dialog)
        for (said,) in table.rows("In the CRM"):
            name = said.removeprefix("Not ticked: ").split("  (")[0]
            if said.startswith("Not ticked: ") and name in records:
                _tick_row(me, table, said)
        me.take_picture(f"match-{entity.code}-{tab.split(' (')[0].replace(' ', '-').lower()}")
    me.press(re.compile(r"^Confirm \d+ "), window=dialog)
    me.wait_to_see("Confirmed (", window=dialog, seconds=LONG)
    me.wait_to_see("0 of ", window=dialog, seconds=LONG)
    me.press("Close", window=dialog)
    me.wait_until(lambda: not me.look(dialog), "the match screen to close")
    me.wait_to_see("Ready", seconds=LONG)


def _tick_row(me: Person, table: Table, said: str) -> None:
    table.click_row("In the CRM", said)
    me.keys("space")
    ticked = said.removeprefix("Not ticked: ")
    me.wait_until(
        lambda: table.row("In the CRM", f"Ticked: {ticked}", "In the CRM"), f"{ticked} to be ticked"
    )


def _tabs(me: Person, dialog: str) -> list[str]:
    return [
        element.name
        for element in me.look(dialog)
        if element.role == "page tab" and not element.name.startswith("Confirmed")
    ]


def grid(me: Person) -> Table:
    """The grid of invoices."""
    return me.table("Invoices")


def search(me: Person, text: str) -> None:
    """Type into the search field and wait until the grid shows nothing else."""
    me.type_into(SEARCH, text)

    def only_found() -> bool:
        rows = grid(me).rows("Invoice")
        return bool(rows) and all(text in number for (number,) in rows)

    me.wait_until(only_found, f"only invoices with “{text}”")


def clear_search(me: Person) -> None:
    """Empty the search field."""
    me.click_field(SEARCH)
    me.keys("ctrl+a", "BackSpace")


def choose_row(me: Person, number: str) -> None:
    """Tick one invoice."""
    search(me, number)
    table = grid(me)
    table.click_row("Invoice", number)
    me.keys("space")
    me.wait_until(
        lambda: table.row("Invoice", number, "✓") == (f"Invoice {number}, selected",),
        f"{number} to be ticked",
    )


def choose_only(me: Person, numbers: Iterable[str]) -> None:
    """Tick these invoices and no others."""
    wanted = list(numbers)
    if me.find("Clear selection") is not None:
        me.press("Clear selection")
    for number in wanted:
        choose_row(me, number)
    clear_search(me)
    noun = "invoice" if len(wanted) == 1 else "invoices"
    me.wait_to_see(f"Selected: {len(wanted)} {noun}")


def statuses(me: Person, *columns: str) -> Rows:
    """What the grid says of each invoice that it shows, by number."""
    rows = grid(me).rows("Invoice", *columns)
    return {number: tuple(rest) for number, *rest in rows}


def choose_shown(me: Person) -> None:
    """Tick everything that the grid shows."""
    table = grid(me)
    (first,) = table.rows("Invoice")[0]
    table.click_row("Invoice", first)
    me.keys("ctrl+a")
    me.wait_until(
        lambda: all(said.endswith(", selected") for (said,) in table.rows("✓")),
        "all invoices to be ticked",
    )
