"""A sign-in service on loopback for the real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Chromium refuses to run as root with its sandbox; a matter of this test machine only.
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

import pytest

from tests.ui_connect.connect_service import SignInService, Trap


@pytest.fixture
def service() -> Iterator[SignInService]:
    service = SignInService()
    yield service
    service.shutdown()
    service.server_close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()
