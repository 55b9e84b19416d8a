"""The push's exit code: what was kept from being sent needs attention, and is no cancel."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK
from psaqb_desktop.cli.main import run
from psaqb_desktop.cli.office import Office
from tests.fakes import examples
from tests.fakes.office import Program, World


def push(program: Program) -> int:
    """Run the command over the program of the test."""
    listing = SimpleNamespace(
        run=lambda: SimpleNamespace(rows=program.rows()), catch_up=lambda: None
    )
    desk = SimpleNamespace(
        list_invoices=listing,
        check_invoices=program.check,
        push_invoices=program.push,
        settle_pushes=program.settle,
    )
    office: Any = SimpleNamespace(open_desk=lambda _environment_name: desk)
    return run(["push", "--all", "--yes"], lambda _data_dir: cast(Office, office))


def test_what_a_company_out_of_reach_kept_from_being_sent_is_told(
    world: World, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    world.add_invoice(1)
    program.ready()  # its lists are kept for a while, so that the check of the push passes
    world.gateway.closed.add(examples.REALM)
    assert push(program) == NEEDS_ATTENTION
    said = capsys.readouterr().err
    assert "Not ready" in said
    assert "was not sent: QuickBooks cannot be reached." in said
    world.gateway.closed.clear()
    assert push(program) == OK
