"""The packaged program, as installed: the same job by the same hands, without Python beside it.

As root it runs as another user: a package drops the switch that lets Chromium run without its
sandbox, as it must.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from psaqb_desktop.practice.group import GB
from tests.program import job
from tests.program.conftest import ROOT
from tests.program.person import Person
from tests.program.practice_books import PracticeCrm, PracticeQuickBooks
from tests.program.session import Session
from tests.program.started_program import Entries, Program

pytestmark = [pytest.mark.program, pytest.mark.timeout(420)]

PART = Decimal("10.25")


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder that ``packaging/build.py`` made."""
    folder = Path(os.environ.get("PSAQB_PACKAGE") or ROOT / "dist" / "psaqb-desktop")
    if not (folder / "psaqb-desktop").is_file():
        words = f"no package at {folder}; python packaging/build.py makes one"
        if os.environ.get("PSAQB_REQUIRE_PACKAGE") == "1":
            pytest.fail(words)
        pytest.skip(words)
    return folder


@pytest.fixture
def desktop(desktop_tools: None) -> Iterator[Session]:  # noqa: ARG001
    """A session whose user Chromium's sandbox accepts."""
    session = Session(user="nobody" if os.geteuid() == 0 else None)
    yield session
    session.close()


@pytest.fixture
def program(desktop: Session, package: Path, artefacts: Path) -> Iterator[Program]:
    """The package, installed where the session's user can read it."""
    installed = desktop.folder / "installed"
    shutil.copytree(package, installed, symlinks=True, copy_function=_link)
    started = Program(desktop, Entries.of_package(installed), desktop.new_folder("data"), artefacts)
    yield started
    started.close()


def test_the_job_with_the_package(
    program: Program, me: Person, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = program.start_practice()
    job.sign_in_with_embedded_browser(program.data / "config" / "environments.toml")
    begun = time.monotonic()
    program.open_window()
    me.wait_to_see("Sign in to see your invoices")
    seconds = time.monotonic() - begun
    with capsys.disabled():
        sys.stdout.write(f"\npackage: {_megabytes(package)} MB, window after {seconds:.1f} s\n")
    job.sign_in_to_crm(me)
    job.set_up_crm(me)
    job.connect_company(me, GB)
    job.match(me, GB)
    numbers = push_five(me)

    quickbooks = PracticeQuickBooks(addresses.quickbooks, GB)
    posted = {each["DocNumber"]: each for each in quickbooks.invoices()}
    assert sorted(posted) == sorted(numbers)
    paid = numbers[0]
    quickbooks.receive_payment(posted[paid]["Id"], str(PART), "BACS 1")
    me.press("Pull from QuickBooks")
    me.wait_to_see("1 payment written", seconds=job.LONG)
    me.press("Posted, 5")
    me.wait_until(
        lambda: job.grid(me).row("Invoice", paid, "In QuickBooks") == ("Part paid",),
        f"{paid} to be part paid",
    )
    me.take_picture("part-paid")
    crm = PracticeCrm(addresses.crm)
    posting = crm.posting(paid)
    assert posting["psaqb_paid"] == PART
    assert posting["psaqb_balance"] == posted[paid]["TotalAmt"] - PART
    assert crm.audit() == []

    assert me.close_window() == 0
    program.stop_practice()
    assert program.wait_until_alone() == []
    assert program.complaints() == []


def push_five(me: Person) -> list[str]:
    """Check the company's invoices and push the first five that are ready."""
    me.press("Invoices")
    job.search(me, "INV-GB")
    job.choose_shown(me)
    job.clear_search(me)
    me.press(re.compile(r"^Check( \d+)?$"))
    me.wait_to_see("Nothing was written.", seconds=job.LONG)
    me.take_picture("checked")
    rows = job.statuses(me, "Status", "Company")
    numbers = [number for number, row in rows.items() if row == ("Ready", GB.company_name)][:5]
    job.choose_only(me, numbers)
    me.press("Push 5…")
    me.press(f"Push 5 invoices to {GB.company_name}", seconds=job.LONG)
    me.wait_to_see("Push finished: 5 posted", seconds=job.LONG)
    me.take_picture("pushed")
    return numbers


def _megabytes(folder: Path) -> int:
    sizes = (file.stat().st_size for file in folder.rglob("*") if not file.is_symlink())
    return round(sum(sizes) / 1_000_000)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target
