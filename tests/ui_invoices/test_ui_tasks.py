from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from psaqb_desktop.domain.errors import Cancelled, ServiceUnavailableError
from psaqb_desktop.ui.tasks import TaskRunner

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


def test_blocking_work_runs_in_another_thread_and_answers(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        name = await tasks.call(lambda: threading.current_thread().name)
        assert name.startswith("work")

    run_async(body())


def test_errors_of_blocking_work_arrive_where_it_is_awaited(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    def fail() -> None:
        raise ServiceUnavailableError("The CRM cannot be reached.", service="CRM")

    async def body() -> None:
        with pytest.raises(ServiceUnavailableError):
            await tasks.call(fail)

    run_async(body())


def test_a_started_coroutine_that_fails_is_told_once_with_what_was_done(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    told: list[tuple[str, Exception]] = []
    tasks.on_error = lambda what, error: told.append((what, error))
    mistake = ValueError("boom")

    async def fail() -> None:
        raise mistake

    async def body() -> None:
        tasks.start(fail(), "reading the list")
        await tasks.wait_all()

    run_async(body())
    assert told == [("reading the list", mistake)]


def test_what_is_cancelled_before_its_first_step_leaves_no_coroutine_behind(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    steps: list[str] = []

    async def work() -> None:
        steps.append("begun")

    async def body() -> None:
        waiting = work()
        tasks.start(waiting, "reading the list")
        tasks.cancel()
        await tasks.wait_all()
        assert inspect.getcoroutinestate(waiting) == inspect.CORO_CLOSED

    run_async(body())
    assert steps == []


def test_a_persons_cancelling_is_not_an_error(run_async: RunAsync, tasks: TaskRunner) -> None:
    told: list[Exception] = []
    tasks.on_error = lambda _what, error: told.append(error)

    async def give_up() -> None:
        raise Cancelled("closed")

    async def body() -> None:
        tasks.start(give_up(), "signing in")
        await tasks.wait_all()

    run_async(body())
    assert told == []


def test_wait_all_waits_for_tasks_started_by_tasks(run_async: RunAsync, tasks: TaskRunner) -> None:
    done: list[str] = []

    async def inner() -> None:
        await asyncio.sleep(0.01)
        done.append("inner")

    async def outer() -> None:
        tasks.start(inner(), "inner")

    async def body() -> None:
        tasks.start(outer(), "outer")
        await tasks.wait_all()
        assert done == ["inner"]
        assert tasks.running == ()

    run_async(body())


def test_cancel_ends_what_was_started(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    async def body() -> None:
        task = tasks.start(forever(), "waiting")
        await asyncio.sleep(0)
        assert tasks.running == ("waiting",)
        tasks.cancel()
        await tasks.wait_all()
        assert task.cancelled()

    run_async(body())


def test_reports_from_threads_arrive_complete_in_order_and_in_bundles(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    bundles: list[list[int]] = []
    threads: set[str] = set()

    def deliver(bundle: list[int]) -> None:
        threads.add(threading.current_thread().name)
        bundles.append(bundle)

    async def body() -> None:
        reports = tasks.reports(deliver)

        def work() -> None:
            for number in range(5_000):
                reports(number)

        await tasks.call(work)
        reports.flush()

    run_async(body())
    assert [number for bundle in bundles for number in bundle] == list(range(5_000))
    assert threads == {threading.main_thread().name}
    assert len(bundles) < 500
