"""The refresh token in the CRM is the last one issued, whatever happens to the programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program.headless import Desktop, Practice, digest_of, wait_until

pytestmark = pytest.mark.program

CONNECTION = "/api/data/v9.2/psaqb_connections*"
TOKEN = "/oauth2/v1/tokens/bearer"


@pytest.fixture(scope="module")
def desktops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desktop, Desktop]]:
    """Two computers on one CRM; every refresh brings a new refresh token and kills the old."""
    folder: Path = tmp_path_factory.mktemp("tokens")
    practice = Practice.start(folder / "practice")
    practice.quickbooks_options(rotate_after_seconds=0, old_token_dies=True)
    first = Desktop.set_up(folder / "first", practice)
    second = Desktop.set_up(folder / "second", practice)
    first.run("provision")
    first.connect("GBSI")
    yield first, second
    practice.stop()


def assert_newest(practice: Practice) -> None:
    stored = practice.crm_refresh_token("GBSI")
    assert digest_of(stored) == practice.newest_refresh_digest("GBSI")


def test_after_connecting(desktops: tuple[Desktop, Desktop]) -> None:
    assert_newest(desktops[0].practice)


def test_after_rotation(desktops: tuple[Desktop, Desktop]) -> None:
    before = desktops[0].practice.crm_refresh_token("GBSI")
    for _ in range(3):
        desktops[0].run("doctor")
    assert desktops[0].practice.crm_refresh_token("GBSI") != before
    assert_newest(desktops[0].practice)


def test_after_a_kill_between_the_answer_and_the_crm(desktops: tuple[Desktop, Desktop]) -> None:
    first, second = desktops
    practice = first.practice
    # The lease is the first PATCH of the connection, the new token the second: it never arrives.
    practice.fault("crm", method="PATCH", path=CONNECTION, skip=1, times=None, fault="drop_before")
    running = first.start("doctor")
    wait_until(lambda: practice.is_fault_used("crm"), "the new token to be on its way")
    running.kill()
    running.communicate()
    practice.clear_faults()
    assert digest_of(practice.crm_refresh_token("GBSI")) != practice.newest_refresh_digest("GBSI")

    first.run("settle")
    assert_newest(practice)
    assert first.run("doctor")["is_ok"]
    assert second.run("doctor")["is_ok"]
    assert_newest(practice)


def test_after_a_kill_while_the_token_is_being_asked_for(
    desktops: tuple[Desktop, Desktop],
) -> None:
    first, _ = desktops
    practice = first.practice
    # A day of grace for the old token, as Intuit documents it: without that, an answer that
    # never reached this machine could not be made good by anybody.
    practice.quickbooks_options(old_token_dies=False)
    practice.fault("quickbooks", method="POST", path=TOKEN, fault="delay_after", seconds=3.0)
    running = first.start("doctor")
    wait_until(lambda: practice.is_fault_used("quickbooks"), "the token to be issued")
    running.kill()
    running.communicate()
    practice.clear_faults()
    assert first.run("doctor")["is_ok"]
    practice.quickbooks_options(old_token_dies=True)
    assert_newest(practice)


def test_after_two_programs_refresh_at_once(desktops: tuple[Desktop, Desktop]) -> None:
    for _ in range(3):
        running = [desktop.start("doctor") for desktop in (*desktops, *desktops)]
        for process in running:
            out, err = process.communicate(timeout=170)
            assert process.returncode == 0, (out, err)
        assert_newest(desktops[0].practice)
