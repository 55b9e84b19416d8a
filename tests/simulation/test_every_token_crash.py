"""Every point at which a program can die while it renews a token; then two desktops at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from psaqb_desktop.domain.errors import SignInNeededError
from tests.fakes import examples
from tests.fakes.gate import Death, Gate, KilledError
from tests.fakes.office import Machine, Program, World
from tests.simulation.turns import SeededTurns


def renew(program: Program) -> str:
    return program.tokens.token(program.world.connections.connection(examples.CONNECTION))


def die_renewing(world: World, machine: Machine, gate: Gate) -> None:
    program = Program(world, machine, gate)
    try:
        renew(program)
    except KilledError:
        assert gate.is_dead
    finally:
        program.close()


@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize("rotates", [True, False])
def test_no_token_that_reached_the_disk_is_lost(
    folder: Path, *, is_strict: bool, rotates: bool
) -> None:
    def outside(name: str) -> tuple[World, Machine]:
        world = World(folder)
        world.authorization.is_strict, world.authorization.rotates = is_strict, rotates
        (folder / name).mkdir()
        return world, Machine(folder / name, "desk")

    clean = Gate()
    die_renewing(*outside("clean"), clean)
    for call in range(1, len(clean.calls) + 1):
        for is_after in (False, True):
            label = f"dies {'after' if is_after else 'before'} {call} ({clean.calls[call - 1]})"
            world, machine = outside(f"{call}-{is_after}")
            die_renewing(world, machine, Gate(death=Death(call, is_after)))
            was_kept = any(world.authorization.newest in s for s in machine.secrets.stored.values())
            program = Program(world, machine)
            program.tokens.heal(world.connections.connections())
            stored = world.connections.refresh_tokens[examples.CONNECTION]
            if was_kept:
                assert stored == world.authorization.newest, label
            if world.authorization.is_alive(stored):
                assert renew(program), label
                stored = world.connections.refresh_tokens[examples.CONNECTION]
                assert stored == world.authorization.newest, label
            else:
                # The answer never reached this machine's disk: nobody has the new token.
                assert call == clean.calls.index("authorization.refresh") + 1 or not was_kept
                with pytest.raises(SignInNeededError):
                    renew(program)
            assert not world.connections.connection(examples.CONNECTION).lease_holder, label
            program.close()


def test_the_new_token_is_on_disk_right_after_the_answer(folder: Path) -> None:
    """Only the death between answer and keyring loses a token: the very next call keeps it."""
    world, gate = World(folder), Gate()
    die_renewing(world, Machine(folder, "desk"), gate)
    after = gate.calls[gate.calls.index("authorization.refresh") + 1 :]
    assert after[:2] == ["secrets.set", "connections.store_tokens"]


@pytest.mark.parametrize("is_strict", [True, False])
def test_two_desktops_never_spend_the_same_token(folder: Path, *, is_strict: bool) -> None:
    for seed in range(60):
        world, desks, chance = two_desktops(folder, seed, is_strict=is_strict)
        for _ in range(3):
            turns = SeededTurns(chance)
            turns.run({d.name: a_day(world, d, Gate(d.name, turns=turns)) for d in desks})
            world.clock.advance(hours=chance.choice((0, 1, 25)))
        assert world.authorization.refused == [], f"seed {seed}"
        stored = world.connections.refresh_tokens[examples.CONNECTION]
        assert stored == world.authorization.newest, f"seed {seed}"


@pytest.mark.parametrize("is_strict", [True, False])
def test_two_desktops_that_die_lose_no_token_that_reached_a_disk(
    folder: Path, *, is_strict: bool
) -> None:
    for seed in range(60):
        world, desks, chance = two_desktops(folder, seed, is_strict=is_strict)
        for _ in range(2):
            turns = SeededTurns(chance)
            turns.run(
                {
                    d.name: a_day(
                        world,
                        d,
                        Gate(
                            d.name,
                            death=Death(chance.randrange(1, 14), chance.random() < 0.5),
                            turns=turns,
                        ),
                    )
                    for d in desks
                }
            )
            world.clock.advance(minutes=chance.choice((0, 4)))
        world.clock.advance(minutes=4)
        newest = world.authorization.newest
        was_kept = any(newest in s for d in desks for s in d.secrets.stored.values())
        for desk in desks:
            program = Program(world, desk)
            program.tokens.heal(world.connections.connections())
            program.close()
        if was_kept:
            connection = world.connections.connection(examples.CONNECTION)
            assert world.connections.refresh_tokens[connection.id] == newest, f"seed {seed}"
            assert not connection.needs_sign_in, f"seed {seed}"


def two_desktops(
    folder: Path, seed: int, *, is_strict: bool
) -> tuple[World, list[Machine], random.Random]:
    place = folder / str(seed)
    place.mkdir()
    world = World(folder)
    world.authorization.is_strict = is_strict
    return world, [Machine(place, "desk"), Machine(place, "other")], random.Random(seed)  # noqa: S311


def a_day(world: World, machine: Machine, gate: Gate) -> Callable[[], None]:
    def live() -> None:
        program = Program(world, machine, gate)
        try:
            program.tokens.heal(program.world.connections.connections())
            renew(program)
        except KilledError:
            assert gate.is_dead
        except SignInNeededError:
            assert not gate.is_dead
        finally:
            program.close()

    return live
