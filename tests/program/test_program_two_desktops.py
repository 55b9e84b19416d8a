"""Several real programs on one selection: pushing at once, and killed and restarted at random."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from psaqb_desktop.cli.exit_codes import CANCELLED, NEEDS_ATTENTION, OK, OUTCOME_UNKNOWN
from psaqb_desktop.domain.sync_record import PostingState
from tests.program.random_kills import Outcome, RandomKills

pytestmark = [pytest.mark.program, pytest.mark.timeout(900)]

AT_ONCE = 10
WITH_KILLS = 40
PROGRAMS = 5


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RandomKills]:
    made = RandomKills(
        tmp_path_factory.mktemp("desktops"),
        invoices=WITH_KILLS + 2 * AT_ONCE,
        programs=PROGRAMS,
    )
    # Limits that five programs exceed together, with a pause that is named.
    made.practice.quickbooks_options(limits_enabled=True, limit_factor=3, retry_after_seconds=1)
    yield made
    made.close()


@pytest.mark.parametrize("programs", [2, PROGRAMS])
def test_programs_that_push_one_selection_at_once_post_each_invoice_once(
    world: RandomKills, programs: int
) -> None:
    numbers = world.select(AT_ONCE)
    running = [desktop.start("push", *numbers, "--yes") for desktop in world.desktops[:programs]]
    posted_by: dict[str, int] = {}
    for place, process in enumerate(running):
        out, err = process.communicate(timeout=170)
        ended_well = {OK, NEEDS_ATTENTION, CANCELLED, OUTCOME_UNKNOWN}
        assert process.returncode in ended_well, (process.returncode, out, err)
        document = json.loads(out)
        told = {one["id"]: one for one in document["results"]}
        # What another program had posted before this one looked is not pushed, and said so.
        noted = sum(1 for line in err.splitlines() if "not pushed again" in line)
        assert len(told) + len(document["not_ready"]) + noted == AT_ONCE, (document, err)
        for invoice_id, one in told.items():
            if one["state"] == PostingState.POSTED.value and not one["findings"]:
                assert invoice_id not in posted_by, "two programs say that they posted it"
                posted_by[invoice_id] = place
            else:
                # Claimed by another program just now, or in QuickBooks already.
                assert one["findings"], one
                assert one["state"] in {
                    PostingState.POSTED.value,
                    PostingState.CLAIMED.value,
                    PostingState.NOT_POSTED.value,
                }, one
    assert len(posted_by) == AT_ONCE
    outcome = Outcome(AT_ONCE)
    world.look(outcome)
    assert outcome.is_right, outcome


def test_two_programs_killed_at_random_leave_one_document_for_each_invoice(
    world: RandomKills,
) -> None:
    world.select(WITH_KILLS)
    world.desktops = world.desktops[:2]
    outcome = world.run(11, every=(2, 6))
    assert outcome.kills >= 4
    assert outcome.is_right, outcome
