"""Garbage is collected in Qt's thread, and in no other."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from psaqb_desktop.ui.garbage import CROWD, YOUNG_THRESHOLD, MainThreadCollector


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[MainThreadCollector]:  # noqa: ARG001
    made = MainThreadCollector(is_busy=lambda: False)
    yield made
    made.stop()


class Knot:
    """Hangs in a cycle and tells in which thread it dies."""

    def __init__(self, died_in: list[int]) -> None:
        self.me = self
        self._died_in = died_in

    def __del__(self) -> None:
        self._died_in.append(threading.get_ident())


def test_a_worker_that_allocates_destroys_nothing(
    qtbot: QtBot,
    collector: MainThreadCollector,  # noqa: ARG001
) -> None:
    died_in: list[int] = []
    Knot(died_in)

    def allocate() -> None:
        kept = [[i] for i in range(YOUNG_THRESHOLD * 200)]
        assert kept

    worker = threading.Thread(target=allocate)
    worker.start()
    worker.join()
    assert died_in == []
    gc.collect()
    assert died_in == [threading.get_ident()]
    qtbot.waitUntil(lambda: gc.get_count()[0] <= YOUNG_THRESHOLD * 2, timeout=5000)
    assert not gc.isenabled()


def test_a_crowd_is_set_aside_and_what_was_knotted_in_it_still_dies(
    collector: MainThreadCollector,
) -> None:
    collector.look()
    died_in: list[int] = []
    crowd = [[i] for i in range(CROWD * 2)]
    Knot(died_in)
    collector.look()
    assert gc.get_freeze_count() > len(crowd)
    gc.collect()
    assert died_in == []
    collector.collect_all()
    assert died_in == [threading.get_ident()]
    assert gc.get_freeze_count() > len(crowd)


def test_python_collects_again_afterwards(collector: MainThreadCollector) -> None:
    assert not gc.isenabled()
    gc.freeze()
    collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
