"""The main job, by mouse, keyboard and screen: from an empty CRM to a payment that came back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from psaqb_desktop.practice.group import GB, US
from tests.program import job
from tests.program.person import Person
from tests.program.practice_books import PracticeCrm, PracticeQuickBooks
from tests.program.started_program import Program

pytestmark = [pytest.mark.program, pytest.mark.timeout(420)]

PART = Decimal("1000.50")
"""Less than any invoice that the test pays in part."""
COLUMNS = ("Status", "Company", "Date", "Total", "Finding")
PART_PAID = 271_840_002
"""The CRM's option value of “Part paid”; once given it must never mean anything else."""


@dataclass(frozen=True)
class Chosen:
    """Invoices by what is to become of them."""

    sound: tuple[str, ...]
    without_customer: str
    without_date: str
    number_taken: str
    in_closed_period: str
    last_closed_day: str

    @property
    def failing(self) -> tuple[str, ...]:
        """Those that cannot be posted, each for another reason."""
        return (
            self.without_customer,
            self.without_date,
            self.number_taken,
            self.in_closed_period,
        )


def test_the_month_ends(program: Program, me: Person) -> None:
    addresses = program.start_practice()
    job.sign_in_with_embedded_browser(program.data / "config" / "environments.toml")
    program.open_window()
    me.wait_to_see("Sign in to see your invoices")
    me.take_picture("start")
    job.sign_in_to_crm(me)
    me.wait_to_see("To post, 220")
    job.set_up_crm(me)
    for entity in (GB, US):
        job.connect_company(me, entity)
        job.match(me, entity)
    me.take_picture("connections")
    crm = PracticeCrm(addresses.crm)
    british = PracticeQuickBooks(addresses.quickbooks, GB)
    american = PracticeQuickBooks(addresses.quickbooks, US)

    chosen = check_and_choose(me)
    british.write_invoice(chosen.number_taken)
    american.close_books(chosen.last_closed_day)
    push_both(me, chosen)
    look_at_failures(me, chosen)
    american.close_books("")
    retry(me, chosen.in_closed_period)

    paid = next(number for number in chosen.sound if number.startswith("INV-GB"))
    posted = next(each for each in british.invoices() if each["DocNumber"] == paid)
    british.receive_payment(posted["Id"], str(PART), "BACS 4711")
    pull_and_see(me, paid, left=posted["TotalAmt"] - PART)
    the_crm_knows(crm, paid, posted)
    assert crm.audit() == [], "business records of the CRM were written"
    posted_numbers = [each["DocNumber"] for each in (*british.invoices(), *american.invoices())]
    assert len(posted_numbers) == len(set(posted_numbers))
    assert sorted(posted_numbers) == sorted(
        [*chosen.sound, chosen.in_closed_period, chosen.number_taken]
    )

    assert me.close_window() == 0
    assert program.complaints() == []
    secrets = crm.secrets()
    assert len(secrets) >= 4, "two companies, a client secret and a refresh token each"
    assert [file for secret in secrets for file in program.files_with(secret)] == []
    assert sorted(me.nameless) == []


def check_and_choose(me: Person) -> Chosen:
    """Check everything of both companies, and choose 25 invoices by what the grid says."""
    me.press("Invoices")
    for beginning in ("INV-GB", "INV-US"):
        job.search(me, beginning)
        job.choose_shown(me)
    job.clear_search(me)
    me.press(re.compile(r"^Check( \d+)?$"))
    me.wait_to_see("Nothing was written.", seconds=job.LONG)
    me.wait_to_see("kinds of problem in")
    me.take_picture("checked")
    rows = job.statuses(me, *COLUMNS)
    american = list(_ready(rows, US.company_name))[:12]
    british = list(_ready(rows, GB.company_name))[:11]
    # The books are closed up to the day of the earliest American one; the others are later.
    american.sort(key=lambda number: rows[number][2])
    first, second = american[:2]
    assert rows[first][2] < rows[second][2]
    return Chosen(
        sound=(*british[1:], *american[1:]),
        without_customer=_with_finding(rows, r"^Customer .* is not linked.*Ltd\.$"),
        without_date=_with_finding(rows, r"^Invoice INV-GB-\d+ has no invoice date\.$"),
        number_taken=british[0],
        in_closed_period=first,
        last_closed_day=rows[first][2],
    )


def _ready(rows: job.Rows, company: str) -> Iterator[str]:
    for number, (status, of_company, _date, total, _finding) in rows.items():
        if status == "Ready" and of_company == company and _amount(total) > PART:
            yield number


def _with_finding(rows: job.Rows, pattern: str) -> str:
    return next(number for number, row in rows.items() if re.search(pattern, row[4]))


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def push_both(me: Person, chosen: Chosen) -> None:
    """Push 25 invoices, confirmed company by company."""
    job.choose_only(me, (*chosen.sound, *chosen.failing))
    me.take_picture("chosen")
    me.press("Push 25…")
    first, second = (
        f"Push 12 invoices to {US.company_name}",
        f"Push 11 invoices to {GB.company_name}",
    )
    me.wait_to_see("Company 1 of 2", seconds=job.LONG)
    me.take_picture("confirm-first-company")
    me.press(first)
    me.wait_to_see("Company 2 of 2")
    me.wait_to_see("Not included: 2 chosen invoices with problems.")
    me.take_picture("confirm-second-company")
    me.press(second)
    me.wait_to_see("Push finished: 21 posted", seconds=job.LONG)
    me.take_picture("pushed")


def look_at_failures(me: Person, chosen: Chosen) -> None:
    """Each failure says on its row, and beside it, what is wrong."""
    expected = {
        chosen.without_customer: (
            "Not ready",
            "Customer not linked",
            "is not linked to a customer",
        ),
        chosen.without_date: ("Not ready", "No invoice date", "has no invoice date"),
        chosen.number_taken: (
            "Failed",
            "Number already used",
            "its number is taken in QuickBooks by",
        ),
        chosen.in_closed_period: ("Failed", "Period closed", "books are closed for"),
    }
    causes = [cause for (cause,) in me.table("Problems by cause").rows("Problem")]
    assert sorted(causes) == sorted(cause for _status, cause, _words in expected.values())
    rows = job.statuses(me, *COLUMNS)
    for number, (status, cause, words) in expected.items():
        assert rows[number][0] == status, (number, rows[number])
        assert words in rows[number][4], (number, rows[number])
        job.search(me, number)
        job.grid(me).click_row("Invoice", number)
        if me.find("Close the details") is None:
            me.keys("Return")
        me.wait_to_see(f"{number} · ")
        me.press(re.compile(r"^Problems \(\d+\)$"))
        me.wait_to_see(f"{cause}. ")
        me.take_picture(f"problem-{cause.replace(' ', '-').lower()}")
    me.press("Close the details")
    job.clear_search(me)


def retry(me: Person, number: str) -> None:
    """Push one again whose obstacle is gone."""
    job.choose_only(me, [number])
    me.press("Try again")
    me.press(f"Push 1 invoice to {US.company_name}", seconds=job.LONG)
    me.wait_to_see("Push finished: 1 posted", seconds=job.LONG)
    me.take_picture("retried")


def pull_and_see(me: Person, number: str, *, left: Decimal) -> None:
    """Pull; the grid shows what was paid and what is left."""
    me.press("Pull from QuickBooks")
    me.wait_to_see("Pulled from 2 companies", seconds=job.LONG)
    me.wait_to_see("1 payment written")
    me.press("Posted, 22")
    wanted = ("Posted", number, "Part paid", f"{left:,.2f}", f"{PART:,.2f}")
    columns = ("Status", "QuickBooks no.", "In QuickBooks", "Balance", "Paid")
    me.wait_until(lambda: job.grid(me).row("Invoice", number, *columns) == wanted, f"{wanted}")
    me.take_picture("pulled")
    job.search(me, number)
    job.grid(me).click_row("Invoice", number)
    me.keys("Return")
    me.wait_to_see(f"{number} · ")
    me.press("QuickBooks")
    payments = me.table("Payments and credits").rows("What", "Reference", "Applied")
    ((what, reference, applied),) = payments
    assert what.startswith("Payment")
    assert reference == "BACS 4711"
    assert applied.startswith(f"{PART:,.2f}")
    me.take_picture("payment")


def the_crm_knows(crm: PracticeCrm, number: str, posted: dict[str, object]) -> None:
    """A colleague sees the state in the CRM without this program."""
    posting = crm.posting(number)
    total = posted["TotalAmt"]
    assert isinstance(total, Decimal)
    assert posting["psaqb_quickbooksid"] == posted["Id"]
    assert posting["psaqb_number"] == number
    assert posting["psaqb_quickbooksstatus"] == PART_PAID
    assert posting["psaqb_total"] == total
    assert posting["psaqb_balance"] == total - PART
    assert posting["psaqb_paid"] == PART
    (payment,) = crm.payments(posting)
    assert payment["psaqb_amount"] == PART
    assert payment["psaqb_currency"] == posting["psaqb_currency"]
    assert payment["psaqb_reference"] == "BACS 4711"
