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

    async def next(self) -> D:
        """Wait for the person."""
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            return await self._waiting
        finally:
            self._waiting = None

    async def during(self, work: Coroutine[Any, Any, T]) -> T | Decided[D]:
        """Wait for work, or for the person to decide meanwhile; then the work is cancelled."""
        doing = asyncio.ensure_future(work)
        deciding = asyncio.ensure_future(self.next())
        try:
            await asyncio.wait({doing, deciding}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            return Decided(deciding.result())
        finally:
            await _drop(deciding)
            await _drop(doing)

    async def alongside(self, work: Coroutine[Any, Any, T], tell: Callable[[D], None]) -> T:
        """Wait for work that ends by itself, and tell it what the person decides meanwhile."""
        doing = asyncio.ensure_future(work)
        try:
            while True:
                deciding = asyncio.ensure_future(self.next())
                await asyncio.wait({doing, deciding}, return_when=asyncio.FIRST_COMPLETED)
                if doing.done():
                    await _drop(deciding)
                    return doing.result()
                tell(deciding.result())
        finally:
            await _drop(doing)


async def _drop(future: asyncio.Future[Any]) -> None:
    """Cancel what is still going, and see it end."""
    if not future.done():
        future.cancel()
        with suppress(asyncio.CancelledError):
            await future
