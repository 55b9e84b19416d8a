"""A running practice QuickBooks, and clients that hold tokens for its companies."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from psaqb_desktop.practice.faults import FaultMiddleware
from psaqb_desktop.practice.group import CA, DE, GB, US
from psaqb_desktop.practice.http_server import RunningServer, serve
from psaqb_desktop.practice.quickbooks.app import EXTENSION, create_app
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests are no installed package

from tests.practice_quickbooks.qbo_company import CompanyClient

_THREADS = 16

RunService = Callable[..., RunningServer]


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books as they are planted, to copy: that takes less time than planting them."""
    folder = tmp_path_factory.mktemp("quickbooks") / "books"
    create_app(folder, base_url="").extensions[EXTENSION].close()
    return folder


@pytest.fixture
def run_service(tmp_path: Path, first_day: Path) -> Iterator[RunService]:
    """Starts the service over one data folder, as often as a test wants."""
    stops: list[Callable[[], None]] = []

    def run(options: QuickBooksOptions | None = None) -> RunningServer:
        chosen = options or QuickBooksOptions(limits_enabled=False)
        if not (tmp_path / "books").exists():
            shutil.copytree(first_day, tmp_path / "books")
        app = create_app(tmp_path / "books", base_url="", options=chosen)
        running = serve(FaultMiddleware(app), threads=_THREADS)

        def stop() -> None:
            running.close()
            app.extensions[EXTENSION].close()

        stops.append(stop)
        return running

    yield run
    for stop in stops:
        stop()


@pytest.fixture
def server(run_service: RunService) -> RunningServer:
    return run_service()


@pytest.fixture
def us(server: RunningServer, http: requests.Session) -> CompanyClient:
    return CompanyClient(server.url, US, http)


@pytest.fixture
def gb(server: RunningServer, http: requests.Session) -> CompanyClient:
    return CompanyClient(server.url, GB, http)


@pytest.fixture
def ca(server: RunningServer, http: requests.Session) -> CompanyClient:
    return CompanyClient(server.url, CA, http)


@pytest.fixture
def de(server: RunningServer, http: requests.Session) -> CompanyClient:
    return CompanyClient(server.url, DE, http)
