"""Access tokens: one refresher at a time, and never a refresh token lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from psaqb_desktop.domain.connection import Connection, ConnectionStatus
from psaqb_desktop.domain.errors import (
    LeaseTakenError,
    OutcomeUnknownError,
    RequestRejectedError,
    SecretHiddenError,
    SecretStoreError,
    ServiceUnavailableError,
    SignInNeededError,
)
from psaqb_desktop.services.access_tokens import LEASE_SECONDS
from tests.fakes import examples
from tests.fakes.gate import DeadlyGate, KilledError, WatchedGate
from tests.fakes.office import Machine, Program, World


def connection_of(world: World) -> Connection:
    return world.connections.connection(examples.CONNECTION)


def renew(program: Program, *, is_refused: bool = False) -> str:
    return program.tokens.token(connection_of(program.world), is_refused=is_refused)


def stored(world: World) -> str:
    return world.connections.refresh_tokens[examples.CONNECTION]


def die_renewing(world: World, machine: Machine, call: str, *, is_after: bool = False) -> None:
    program = world.program(machine, DeadlyGate(call, is_after=is_after))
    with pytest.raises(KilledError):
        renew(program)
    program.close()


@pytest.fixture
def other(tmp_path: Path) -> Machine:
    return Machine(tmp_path, "other")


def test_a_token_is_renewed_once_and_used_until_it_nearly_expires(
    world: World, program: Program
) -> None:
    first = renew(program)
    world.clock.advance(minutes=57)
    assert renew(program) == first
    world.clock.advance(minutes=2)
    assert renew(program) != first
    assert world.authorization.refreshes == 2
    assert stored(world) == world.authorization.newest


def test_a_token_that_the_service_refused_is_replaced(program: Program) -> None:
    first = renew(program)
    assert renew(program, is_refused=True) != first


def test_every_answer_is_stored_even_when_the_refresh_token_stays(
    world: World, program: Program
) -> None:
    world.authorization.rotates = False
    before = connection_of(world)
    world.clock.advance(hours=1)
    renew(program)
    after = connection_of(world)
    assert before.refresh_token_issued is not None
    assert after.refresh_token_issued is not None
    assert after.refresh_token_issued > before.refresh_token_issued
    assert after.refresh_token_expires == world.clock.now() + timedelta(days=101)
    assert not after.lease_holder


def test_threads_of_one_program_share_one_refresh(world: World, program: Program) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: renew(program), range(16)))
    assert len(tokens) == 1
    assert world.authorization.refreshes == 1


def test_two_programs_of_one_machine_take_turns(world: World) -> None:
    run_at_once([world.program(), world.program()])
    assert world.authorization.refused == []
    assert stored(world) == world.authorization.newest


def test_two_desktops_refreshing_at_once_take_turns(world: World, other: Machine) -> None:
    run_at_once([world.program(), world.program(other)])
    assert world.authorization.refused == []
    assert world.authorization.at_once == 1
    assert stored(world) == world.authorization.newest


def run_at_once(programs: list[Program]) -> None:
    start = threading.Barrier(len(programs))

    def live(program: Program) -> None:
        start.wait()
        for _ in range(5):
            renew(program, is_refused=True)

    with ThreadPoolExecutor(len(programs)) as pool:
        list(pool.map(live, programs))
    for program in programs:
        program.close()


def test_a_lease_of_another_desktop_is_respected(world: World, program: Program) -> None:
    until = world.clock.now() + timedelta(seconds=30)
    world.connections.take_lease(connection_of(world), holder="other/1", until=until)
    renew(program)
    assert world.clock.now() >= until
    assert world.authorization.refused == []


def test_a_lease_of_a_desktop_whose_clock_is_behind_is_respected(world: World) -> None:
    """Its lease seems to have run out; it has another minute to come back."""
    until = world.clock.now() - timedelta(seconds=100)
    world.connections.take_lease(connection_of(world), holder="other/1", until=until)
    started = world.clock.now()

    looked: list[datetime] = []
    gate = WatchedGate(before={"connections.take_lease": lambda: looked.append(world.clock.now())})
    program = world.program(gate=gate)
    renew(program)
    assert looked[0] - started >= timedelta(seconds=LEASE_SECONDS)
    program.close()


def test_a_clock_that_jumps_ends_nobodys_lease(world: World) -> None:
    until = world.clock.now() + timedelta(seconds=120)
    world.connections.take_lease(connection_of(world), holder="other/1", until=until)

    def jump() -> None:
        world.clock.advance(minutes=5)

    program = world.program(gate=WatchedGate(after={"connections.connection": jump}))
    renew(program)
    assert sum(world.clock.slept) >= LEASE_SECONDS - 10
    program.close()


def test_a_lease_that_is_never_given_back_is_told(world: World, program: Program) -> None:
    far = world.clock.now() + timedelta(hours=1)
    world.connections.take_lease(connection_of(world), holder="other/1", until=far)
    with pytest.raises(LeaseTakenError, match="other/1"):
        renew(program)
    assert world.authorization.refreshes == 0


def test_a_lease_lost_at_the_last_moment_is_waited_for(world: World) -> None:
    def overtake() -> None:
        world.connections.take_lease(
            connection_of(world), holder="other/1", until=world.clock.now() + timedelta(seconds=20)
        )

    program = world.program(gate=WatchedGate(before={"connections.take_lease": overtake}))
    renew(program)
    assert world.clock.slept
    assert world.authorization.refused == []
    program.close()


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_token_kept_by_a_dead_program_is_brought_to_the_crm(
    world: World, *, is_strict: bool
) -> None:
    world.authorization.is_strict = is_strict
    machine = Machine(world.folder, "desk")
    die_renewing(world, machine, "connections.store_tokens")
    assert stored(world) != world.authorization.newest
    program = world.program(machine)
    assert program.tokens.heal(world.connections.connections()) == 1
    assert stored(world) == world.authorization.newest
    assert program.tokens.heal(world.connections.connections()) == 0
    assert renew(program)
    program.close()


def test_without_healing_the_kept_token_is_tried_first(world: World) -> None:
    machine = Machine(world.folder, "desk")
    die_renewing(world, machine, "connections.store_tokens")
    program = world.program(machine)
    renew(program)
    assert world.authorization.refused == []
    assert stored(world) == world.authorization.newest
    program.close()


def test_a_lost_answer_is_asked_for_once_more(world: World, program: Program) -> None:
    world.authorization.is_strict = False
    world.authorization.lost_answers = 1
    assert renew(program)
    assert world.authorization.refreshes == 2
    assert stored(world) == world.authorization.newest


def test_an_answer_lost_twice_is_told_and_leaves_the_lease_free(
    world: World, program: Program
) -> None:
    world.authorization.is_strict = False
    world.authorization.lost_answers = 2
    with pytest.raises(OutcomeUnknownError):
        renew(program)
    assert not connection_of(world).lease_holder
    assert not connection_of(world).needs_sign_in
    assert renew(program)


def test_a_lost_answer_under_strict_rotation_needs_a_person(world: World, program: Program) -> None:
    world.authorization.lost_answers = 1
    with pytest.raises(SignInNeededError):
        renew(program)
    assert connection_of(world).needs_sign_in
    assert connection_of(world).status(world.clock.now()) is ConnectionStatus.RECONNECT


def test_a_dead_token_in_the_crm_is_followed_by_the_one_in_the_keyring(
    world: World, program: Program
) -> None:
    """Somebody typed an old token into the record."""
    renew(program)
    connection = connection_of(world)
    typed = replace(connection, refresh_token_issued=world.clock.now() + timedelta(minutes=5))
    world.connections.put(typed, refresh_token="dead", secret="secret")
    assert renew(program, is_refused=True)
    assert world.authorization.refused == ["dead"]
    assert stored(world) == world.authorization.newest


def test_healing_a_connection_that_another_desktop_found_dead(
    world: World, program: Program, other: Machine
) -> None:
    die_renewing(world, other, "connections.store_tokens")
    world.clock.advance(minutes=5)
    with pytest.raises(SignInNeededError):
        renew(program)
    assert connection_of(world).needs_sign_in
    back = world.program(other)
    back.tokens.heal(world.connections.connections())
    assert not connection_of(world).needs_sign_in
    assert stored(world) == world.authorization.newest
    assert renew(program)
    back.close()


def test_no_keyring_connects_again_what_was_disconnected(world: World, program: Program) -> None:
    renew(program)
    world.connections.forget_tokens(examples.CONNECTION)
    assert program.tokens.heal(world.connections.connections()) == 0
    assert stored(world) == ""


def test_a_disconnect_while_a_token_is_under_way_stays(world: World) -> None:
    machine = Machine(world.folder, "desk")

    def disconnect() -> None:
        world.connections.forget_tokens(examples.CONNECTION)

    gate = WatchedGate(before={"connections.store_tokens": disconnect})
    program = world.program(machine, gate)
    renew(program)
    assert stored(world) == ""
    assert program.tokens.heal(world.connections.connections()) == 0
    assert stored(world) == ""
    program.close()


def test_a_connection_edited_while_a_token_is_under_way_gets_both(world: World) -> None:
    def edit() -> None:
        world.connections.save(replace(connection_of(world), mapping_text="{}"))

    program = world.program(gate=WatchedGate(before={"connections.store_tokens": edit}))
    renew(program)
    assert stored(world) == world.authorization.newest
    assert connection_of(world).mapping_text == "{}"
    assert not connection_of(world).lease_holder
    program.close()


def test_a_token_is_dated_by_the_clock_of_its_service(world: World, program: Program) -> None:
    their_time = world.clock.now() + timedelta(hours=5)
    world.authorization.date = their_time
    renew(program)
    assert connection_of(world).refresh_token_issued == their_time


def test_a_token_typed_into_the_record_is_healed_too(world: World) -> None:
    machine = Machine(world.folder, "desk")
    world.connections.put(
        replace(connection_of(world), refresh_token_issued=None),
        refresh_token=world.authorization.newest,
        secret="secret",
    )
    die_renewing(world, machine, "connections.store_tokens")
    program = world.program(machine)
    assert program.tokens.heal(world.connections.connections()) == 1
    assert stored(world) == world.authorization.newest
    program.close()


def test_a_token_of_another_company_is_not_brought(world: World) -> None:
    machine = Machine(world.folder, "desk")
    die_renewing(world, machine, "connections.store_tokens")
    before = stored(world)
    world.connections.put(
        replace(connection_of(world), realm_id=type(examples.REALM)("777")),
        refresh_token=before,
        secret="secret",
    )
    program = world.program(machine)
    assert program.tokens.heal(world.connections.connections()) == 0
    assert stored(world) == before
    program.close()


def test_trouble_with_one_token_does_not_stop_the_healing_of_others(world: World) -> None:
    machine = Machine(world.folder, "desk")
    die_renewing(world, machine, "connections.store_tokens")
    busy = world.add_company("AA01").connection
    text = next(iter(machine.secrets.stored.values()))
    machine.secrets.stored[f"quickbooks-refresh-token/{busy.id}"] = text.replace(
        examples.REALM, busy.realm_id
    )
    held = world.connections.connection(busy.id)
    until = world.clock.now() + timedelta(hours=1)
    world.connections.take_lease(held, holder="other/1", until=until)
    program = world.program(machine)
    assert program.tokens.heal(world.connections.connections()) == 1
    assert stored(world) == world.authorization.newest
    program.close()


def test_a_keyring_that_locks_at_the_wrong_moment_costs_no_token(world: World) -> None:
    machine = Machine(world.folder, "desk")

    def lock() -> None:
        machine.secrets.is_locked = True

    program = world.program(machine, WatchedGate(after={"authorization.refresh": lock}))
    assert renew(program)
    assert stored(world) == world.authorization.newest
    program.close()


def test_a_locked_keyring_spends_no_token(world: World, program: Program) -> None:
    program.machine.secrets.is_locked = True
    with pytest.raises(SecretStoreError):
        renew(program)
    assert world.authorization.refreshes == 0
    assert not connection_of(world).lease_holder


def test_a_crm_that_fails_after_the_answer_loses_nothing(world: World) -> None:
    def fail() -> None:
        raise ServiceUnavailableError("The CRM is down.", service="CRM")

    machine = Machine(world.folder, "desk")
    program = world.program(machine, WatchedGate(before={"connections.store_tokens": fail}))
    with pytest.raises(ServiceUnavailableError):
        renew(program)
    assert renew(program), "the token of the answer is good"
    assert world.authorization.refreshes == 1
    program.tokens.heal(world.connections.connections())
    assert stored(world) == world.authorization.newest
    program.close()


@pytest.mark.parametrize(
    "error",
    [
        RequestRejectedError("invalid_client", service="QuickBooks"),
        ServiceUnavailableError("No network.", service="QuickBooks"),
    ],
)
def test_other_trouble_asks_nobody_to_sign_in(
    world: World, program: Program, error: RequestRejectedError
) -> None:
    world.authorization.errors = [error]
    with pytest.raises(type(error)):
        renew(program)
    assert not connection_of(world).needs_sign_in
    assert not connection_of(world).lease_holder
    assert renew(program)


def test_secrets_that_may_not_be_read_are_told(world: World, program: Program) -> None:
    world.connections.hides_secrets = True
    with pytest.raises(SecretHiddenError):
        renew(program)


def test_a_connection_without_any_token_needs_a_person(world: World, program: Program) -> None:
    world.connections.forget_tokens(examples.CONNECTION)
    with pytest.raises(SignInNeededError, match="not connected"):
        renew(program)


def test_an_unreadable_keyring_entry_is_left_alone(world: World, program: Program) -> None:
    name = f"quickbooks-refresh-token/{examples.CONNECTION}"
    program.machine.secrets.stored[name] = "{}"
    assert program.tokens.heal(world.connections.connections()) == 0
    assert program.machine.secrets.stored[name] == "{}"
    assert renew(program)


def test_what_the_keyring_keeps_has_no_access_token(world: World, program: Program) -> None:
    access = renew(program)
    (text,) = program.machine.secrets.stored.values()
    assert access not in text
    assert world.authorization.newest in text


def test_issue_dates_differ_although_the_crm_keeps_whole_seconds(
    world: World, program: Program
) -> None:
    dates = []
    for _ in range(3):
        renew(program, is_refused=True)
        dates.append(connection_of(world).refresh_token_issued)
    assert len(set(dates)) == 3


def test_forgetting_leaves_nothing_on_the_machine(program: Program) -> None:
    renew(program)
    program.tokens.forget(examples.CONNECTION)
    assert program.machine.secrets.stored == {}
