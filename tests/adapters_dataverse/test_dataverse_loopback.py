from __future__ import annotations

import threading
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from psaqb_desktop.adapters.dataverse.loopback import LoopbackListener
from psaqb_desktop.domain.errors import Cancelled, SignInNeededError


def _visit(address: str) -> str:
    with urlopen(address, timeout=5) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


def test_the_redirected_address_is_returned_whole() -> None:
    pages: list[str] = []
    with LoopbackListener() as listener:
        address = f"{listener.redirect_uri.replace('localhost', '127.0.0.1')}/?code=a%2Fb&state=s"
        browser = threading.Thread(target=lambda: pages.append(_visit(address)))
        browser.start()
        returned = listener.wait(10)
        browser.join()
    assert returned == f"{listener_uri(address)}/?code=a%2Fb&state=s"
    assert "close this window" in pages[0]


def listener_uri(address: str) -> str:
    return address.partition("/?")[0].replace("127.0.0.1", "localhost")


def test_other_visitors_are_sent_away_and_do_not_end_the_wait() -> None:
    statuses: list[int] = []

    def browse(base: str) -> None:
        try:
            _visit(base + "/favicon.ico")
        except HTTPError as error:
            statuses.append(error.code)
            error.close()
        _visit(base + "/?error=access_denied&state=s")

    with LoopbackListener() as listener:
        base = listener.redirect_uri.replace("localhost", "127.0.0.1")
        browser = threading.Thread(target=browse, args=[base])
        browser.start()
        returned = listener.wait(10)
        browser.join()
    assert statuses == [404]
    assert "error=access_denied" in returned


def test_cancelling_ends_the_wait() -> None:
    cancel = threading.Event()
    cancel.set()
    with LoopbackListener() as listener, pytest.raises(Cancelled):
        listener.wait(10, cancel)


def test_nobody_coming_ends_the_wait() -> None:
    with LoopbackListener() as listener, pytest.raises(SignInNeededError):
        listener.wait(0)


def test_closing_from_another_thread_ends_the_wait() -> None:
    listener = LoopbackListener()
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            listener.wait(60)
        except Cancelled as error:
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    listener.close()
    waiting.join(10)
    assert len(ended) == 1
    with pytest.raises(Cancelled):
        listener.wait(1)
