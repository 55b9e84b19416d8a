"""Signing in to the CRM: the environment's way first, any other way when that one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from psaqb_desktop.domain.environment import Environment, SignInMethod
from psaqb_desktop.domain.errors import (
    AppError,
    Cancelled,
    ServiceUnavailableError,
    SignInNeededError,
)
from psaqb_desktop.domain.sign_in import AuthorizationRequest, DeviceCode
from psaqb_desktop.services.ports import CrmSignIn
from psaqb_desktop.ui.connect.browser_messages import BrowseEnd, BrowseOutcome
from psaqb_desktop.ui.connect.browsers import Browsers
from psaqb_desktop.ui.connect.decisions import Decided
from psaqb_desktop.ui.connect.device_code_page import DeviceCodePage
from psaqb_desktop.ui.connect.flow_dialog import FlowDialog, Step, make_page
from psaqb_desktop.ui.connect.form_pieces import button, button_row, heading, words
from psaqb_desktop.ui.connect.wanted_services import OpenLoopback
from psaqb_desktop.ui.tasks import TaskRunner

T = TypeVar("T")

METHOD_WORDS = {
    SignInMethod.EMBEDDED_BROWSER: "In a window of this program",
    SignInMethod.SYSTEM_BROWSER: "In my own browser",
    SignInMethod.DEVICE_CODE: "With a code, on any device",
    SignInMethod.CLIENT_CREDENTIALS: "As the CRM's application user",
}


class SignInToCrm:
    """Leads a person through a sign-in to the CRM; the dialog stays until that worked or ended."""

    def __init__(
        self,
        environment: Environment,
        sign_in: CrmSignIn,
        tasks: TaskRunner,
        *,
        browsers: Browsers | None = None,
        open_loopback: OpenLoopback | None = None,
    ) -> None:
        self._environment = environment
        self._sign_in = sign_in
        self._tasks = tasks
        self._browsers = browsers or Browsers.of(environment)
        self._open_loopback = open_loopback
        self._dialog: FlowDialog | None = None

    async def run(self, parent: QWidget | None) -> bool:
        """Sign in; False when the person thought better of it."""
        dialog = FlowDialog(parent, "Sign in to the CRM")
        dialog.set_size(520)
        self._dialog = dialog
        dialog.open()
        try:
            return await self._try_until_done(dialog, self._environment.sign_in)
        except Cancelled:
            return False
        finally:
            dialog.finish()

    async def _try_until_done(self, dialog: FlowDialog, method: SignInMethod) -> bool:
        """Try ways until one works.

        Raises:
            Cancelled: the person thought better of it.
        """
        while True:
            try:
                way = self._ways().get(method)
                if way is not None and await way(dialog):
                    return True
            except Cancelled:
                raise
            except AppError as error:
                method = await self._after_error(dialog, method, error)
            else:
                method = await self._choose_method(dialog, method)

    def _ways(self) -> dict[SignInMethod, Callable[[FlowDialog], Coroutine[Any, Any, bool]]]:
        """Return the methods; each answers False when the person asks for another."""
        ways: dict[SignInMethod, Callable[[FlowDialog], Coroutine[Any, Any, bool]]] = {
            SignInMethod.EMBEDDED_BROWSER: self._by_window,
            SignInMethod.DEVICE_CODE: self._by_device_code,
        }
        if self._environment.sign_in is SignInMethod.CLIENT_CREDENTIALS:
            ways[SignInMethod.CLIENT_CREDENTIALS] = self._unattended
        if self._open_loopback is not None:
            ways[SignInMethod.SYSTEM_BROWSER] = self._by_own_browser
        return ways

    async def _by_window(self, dialog: FlowDialog) -> bool:
        request = await self._waiting(dialog, self._begin())
        outcome = await dialog.busy(
            "A sign-in window is open",
            f"Sign in there with your work account for {self._environment.crm_url}.",
            self._browsers.window(request, dialog),
            dialog.act("&Sign in another way…", Step.OTHER_WAY),
        )
        if isinstance(outcome, Decided):
            return _was_other_way(outcome)
        if outcome.end is BrowseEnd.CANCELLED:
            raise Cancelled("The sign-in window was closed.")
        if outcome.end is BrowseEnd.USE_SYSTEM_BROWSER:
            if self._open_loopback is None:
                return False
            return await self._by_own_browser(dialog)
        if outcome.end is BrowseEnd.FAILED:
            raise _window_failed(outcome)
        await self._finish(dialog, request, outcome.redirected_url)
        return True

    async def _by_own_browser(self, dialog: FlowDialog) -> bool:
        if self._open_loopback is None:
            raise ServiceUnavailableError(
                "Signing in with your own browser is not available here.", service="sign-in"
            )
        loopback = await self._waiting(dialog, self._tasks.call(self._open_loopback))
        try:
            request = await self._waiting(dialog, self._begin(loopback.redirect_uri))
            is_open = self._browsers.open_url(request.url)
            outcome = await dialog.busy(
                "Sign in with your own browser",
                "Your browser was opened. Sign in there, then come back here."
                if is_open
                else "No browser could be opened. Copy the address and open it yourself.",
                self._tasks.call(loopback.wait),
                button("&Copy the address", lambda: _copy(request.url)),
                dialog.act("&Sign in another way…", Step.OTHER_WAY),
            )
        finally:
            loopback.close()
        if isinstance(outcome, Decided):
            return _was_other_way(outcome)
        await self._finish(dialog, request, outcome)
        return True

    async def _by_device_code(self, dialog: FlowDialog) -> bool:
        code = await self._waiting(dialog, self._tasks.call(self._sign_in.begin_device_code))
        page = DeviceCodePage(
            code,
            open_url=self._browsers.open_url,
            buttons=(
                dialog.choose(Step.CANCEL),
                dialog.act("&Sign in another way…", Step.OTHER_WAY),
            ),
        )
        dialog.show_page(page)
        outcome = await dialog.decisions.during(self._poll(code))
        if isinstance(outcome, Decided):
            return _was_other_way(outcome)
        return True

    async def _poll(self, code: DeviceCode) -> None:
        """Ask as often as the service allows, until the person is done or the code is stale."""
        while datetime.now(UTC) < code.expires:
            await asyncio.sleep(code.interval_seconds)
            if await self._tasks.call(self._sign_in.poll_device_code, code):
                return
        raise SignInNeededError("The code has expired before it was used.", service="CRM")

    async def _unattended(self, dialog: FlowDialog) -> bool:
        await self._waiting(dialog, self._tasks.call(self._sign_in.sign_in_unattended))
        return True

    async def _begin(self, redirect_uri: str = "") -> AuthorizationRequest:
        return await self._tasks.call(self._sign_in.begin, redirect_uri)

    async def _finish(self, dialog: FlowDialog, request: AuthorizationRequest, url: str) -> None:
        await self._waiting(dialog, self._tasks.call(self._sign_in.finish, request, url))

    async def _waiting(self, dialog: FlowDialog, work: Coroutine[Any, Any, T]) -> T:
        return await dialog.wait_for(
            "Signing in to the CRM", f"Talking to {self._environment.authority}.", work
        )

    async def _after_error(
        self, dialog: FlowDialog, method: SignInMethod, error: AppError
    ) -> SignInMethod:
        step = await dialog.show_error(
            error,
            dialog.choose(Step.CANCEL),
            dialog.act("&Sign in another way…", Step.OTHER_WAY),
            dialog.act("&Try again", Step.TRY_AGAIN, is_primary=True),
        )
        if step is Step.TRY_AGAIN:
            return method
        if step is Step.OTHER_WAY:
            return await self._choose_method(dialog, method)
        raise Cancelled("The sign-in was cancelled.")

    async def _choose_method(self, dialog: FlowDialog, failed: SignInMethod) -> SignInMethod:
        """Let the person pick another way; the one that was just tried comes last."""
        picked: list[SignInMethod] = []

        def pick(method: SignInMethod) -> Callable[[], None]:
            def pressed() -> None:
                picked.append(method)
                dialog.decisions.take(Step.NEXT)

            return pressed

        order = [m for m in self._ways() if m is not failed] + [failed]
        choices: list[QPushButton] = [button(METHOD_WORDS[m], pick(m)) for m in order]
        dialog.show_page(
            make_page(
                heading("How do you want to sign in?"),
                words(
                    "Your organisation may allow only some of these. Your own browser is the "
                    "best choice where a passkey, smart card or managed device is asked for."
                ),
                *choices,
                buttons=button_row(dialog.choose(Step.CANCEL)),
                first=choices[0],
            )
        )
        await dialog.decisions.next()
        if not picked:
            raise Cancelled("The sign-in was cancelled.")
        return picked[0]


def _was_other_way(decided: Decided[Step]) -> bool:
    if decided.decision is Step.OTHER_WAY:
        return False
    raise Cancelled("The sign-in was cancelled.")


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _window_failed(outcome: BrowseOutcome) -> AppError:
    return ServiceUnavailableError(
        outcome.problem if outcome.problem.endswith(".") else "The sign-in window failed.",
        service="sign-in window",
        remedy="Try again, or sign in another way.",
        details=outcome.problem,
    )
