"""Decisions: what a person presses, as something that a coroutine can wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

D = TypeVar("D")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decided(Generic[D]):
    """The person decided before the work was done."""

    decision: D


class Decisions(Generic[D]):
    """Takes decisions from buttons and hands each to whoever waits; others are dropped."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[D] | None = None

    def take(self, decision: D) -> None:
        """Take what was pressed; without anyone waiting it is late, and means nothing."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(decision)

    def _ask(self) -> asyncio.Future[D]:
        """Listen from this moment on: a press must not fall between two turns of the loop."""
        self._waiting = asyncio.get_running_loop().create_future()
        return self._waiting

    async def next(self) -> D:
        """Wait for the person."""
        return await self._ask()

    async def during(self, work: Coroutine[Any, Any, T]) -> T | Decided[D]:
        """Wait for work, or for the person to decide meanwhile; then the work is cancelled."""
        doing, deciding = asyncio.ensure_future(work), self._ask()
        try:
            await _first_of(doing, deciding)
            if doing.done():
                return doing.result()
            return Decided(deciding.result())
        finally:
            deciding.cancel()
            await _drop(doing)

    async def alongside(self, work: Coroutine[Any, Any, T], tell: Callable[[D], None]) -> T:
        """Wait for work that ends by itself, and tell it what the person decides meanwhile."""
        doing = asyncio.ensure_future(work)
        try:
            while True:
                deciding = self._ask()
                await _first_of(doing, deciding)
                if doing.done():
                    deciding.cancel()
                    return doing.result()
                tell(deciding.result())
        finally:
            await _drop(doing)


async def _first_of(*futures: asyncio.Future[Any]) -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


async def _drop(future: asyncio.Future[Any]) -> None:
    """Cancel what is still going, and see it end."""
    if not future.done():
        future.cancel()
        with suppress(asyncio.CancelledError):
            await future
