"""Turns: several programs run call by call, in an order that a seed decides."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping

from tests.fakes.gate import Gate

_PATIENCE_SECONDS = 30


class SeededTurns:
    """Lets one program at a time go on to its next port call."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._condition = threading.Condition()
        self._waiting: set[str] = set()
        self._running: set[str] = set()
        self._granted = ""

    def wait(self, gate: Gate) -> None:
        with self._condition:
            self._waiting.add(gate.name)
            self._condition.notify_all()
            self._wait_for(lambda: self._granted == gate.name)
            self._waiting.discard(gate.name)
            self._granted = ""
            self._condition.notify_all()

    def run(self, programs: Mapping[str, Callable[[], None]]) -> None:
        """Run all programs to their ends; a program's failure is the test's."""
        failures: list[BaseException] = []

        def live(name: str, program: Callable[[], None]) -> None:
            try:
                program()
            except BaseException as error:  # noqa: BLE001 - told below, on the test's own thread
                failures.append(error)
            finally:
                with self._condition:
                    self._running.discard(name)
                    self._condition.notify_all()

        self._running = set(programs)
        threads = [
            threading.Thread(target=live, args=(name, program))
            for name, program in programs.items()
        ]
        for thread in threads:
            thread.start()
        with self._condition:
            while self._running:
                self._wait_for(lambda: not self._granted and self._running <= self._waiting)
                if self._running:
                    self._granted = self._chance.choice(sorted(self._running))
                    self._condition.notify_all()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        if not self._condition.wait_for(condition, timeout=_PATIENCE_SECONDS):
            msg = "a program neither goes on nor ends"
            raise TimeoutError(msg)
