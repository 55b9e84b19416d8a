"""The first minutes: the welcome, the practice company, a second start, and a clean end."""

from __future__ import annotations

import pytest

from tests.program import job
from tests.program.person import Person
from tests.program.started_program import Program

pytestmark = [pytest.mark.program, pytest.mark.timeout(240)]

TO_POST = 220


def test_a_stranger_practises_first_and_comes_back(program: Program, me: Person) -> None:
    program.open_window()
    me.wait_to_see("Welcome to PSAQB Desktop")
    me.take_picture("welcome")
    me.press("Practise first")
    _see_the_list(me)
    me.take_picture("first-list")
    _leave(program, me)

    program.open_window()
    _see_the_list(me)
    assert not me.sees("Welcome to PSAQB Desktop")
    me.take_picture("second-start")
    _leave(program, me)


def test_services_that_run_already_are_used_and_left_running(program: Program, me: Person) -> None:
    addresses = program.start_practice()
    program.open_window("--practice")
    _see_the_list(me)
    _leave(program, me, is_alone=False)
    assert program.start_practice() == addresses
    program.stop_practice()
    assert program.wait_until_alone() == []


def test_who_thinks_better_of_it_leaves_nothing_behind(program: Program, me: Person) -> None:
    program.open_window()
    me.wait_to_see("Welcome to PSAQB Desktop")
    me.press("Cancel")
    assert program.wait_for_end() == 0
    assert program.wait_until_alone() == []
    assert not (program.data / "config" / "environments.toml").exists()


def test_an_address_without_https_is_not_taken(program: Program, me: Person) -> None:
    program.open_window()
    me.wait_to_see("Welcome to PSAQB Desktop")
    me.type_into("CRM address", "http://contoso.crm.dynamics.com")
    me.press("Use this CRM")
    me.wait_to_see("must begin with https://")
    me.take_picture("address-refused")
    me.keys("Escape")
    assert program.wait_for_end() == 0


def _see_the_list(me: Person) -> None:
    me.wait_to_see(f"To post, {TO_POST}", seconds=job.LONG)
    me.wait_to_see("Last read")
    assert len(job.grid(me).rows("Invoice")) == TO_POST


def _leave(program: Program, me: Person, *, is_alone: bool = True) -> None:
    assert me.close_window() == 0
    if is_alone:
        assert program.wait_until_alone() == [], "something still runs"
    assert program.complaints() == []
    assert "Traceback" not in program.said()
