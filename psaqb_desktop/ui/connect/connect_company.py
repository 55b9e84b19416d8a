"""Connecting a QuickBooks company: keys, sign-in, "is this the one?", stored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import (
    AppError,
    Cancelled,
    ServiceUnavailableError,
    WrongCompanyError,
)
from psaqb_desktop.domain.sign_in import AuthorizationRequest, CompanyFound
from psaqb_desktop.ui.connect.browser_messages import BrowseEnd
from psaqb_desktop.ui.connect.browsers import Browsers
from psaqb_desktop.ui.connect.company_pages import (
    CredentialsPage,
    make_confirm_page,
    make_success_page,
    make_wrong_company_page,
)
from psaqb_desktop.ui.connect.connection_form import AppKeys
from psaqb_desktop.ui.connect.decisions import Decided
from psaqb_desktop.ui.connect.flow_dialog import FlowDialog, Step
from psaqb_desktop.ui.connect.paste_page import PastePage
from psaqb_desktop.ui.connect.wanted_services import CompanyConnector, ConnectionEditor
from psaqb_desktop.ui.tasks import TaskRunner


class ConnectEnd(Enum):
    """How connecting ended."""

    CANCELLED = auto()
    SAVED = auto()
    """The record was stored or changed, but no company was bound."""
    CONNECTED = auto()
    MATCH_NEXT = auto()
    """Connected, and the person wants to match customers and items now."""


@dataclass(frozen=True, slots=True)
class ConnectResult:
    """How connecting ended, with the connection as it is now."""

    end: ConnectEnd
    connection: Connection


@dataclass(frozen=True, slots=True)
class _Form:
    """What the first page holds, kept while the person goes back and forth."""

    connection: Connection
    client_secret: str = field(default="", repr=False)
    in_window: bool = True
    note: str = ""


class _SignInGivenUp(Cancelled):
    """The sign-in page was left; the dialog goes back to its first page."""


class ConnectCompanyFlow:
    """Leads a person from the keys to a connected company; nothing is bound without a Yes."""

    def __init__(
        self,
        environment: Environment,
        connector: CompanyConnector,
        editor: ConnectionEditor,
        tasks: TaskRunner,
        *,
        browsers: Browsers | None = None,
        known_keys: AppKeys | None = None,
    ) -> None:
        self._known_keys = known_keys
        self._environment = environment
        self._connector = connector
        self._editor = editor
        self._tasks = tasks
        self._browsers = browsers or Browsers.of(environment)

    async def run(self, parent: QWidget | None, connection: Connection) -> ConnectResult:
        """Connect; the dialog stays open over its parent until the end."""
        dialog = FlowDialog(parent, "Connect a QuickBooks company")
        dialog.set_size(880, 560)
        dialog.open()
        now = ConnectResult(ConnectEnd.CANCELLED, connection)
        form = self._first_form(connection)
        step = Step.BACK
        try:
            while True:
                if step is Step.BACK:
                    form = await self._credentials(dialog, form)
                try:
                    now = await self._save(dialog, form, now)
                    form = replace(form, connection=now.connection)
                    now = await self._connect(dialog, form)
                    return await self._success(dialog, now)
                except _SignInGivenUp as given_up:
                    form, step = replace(form, note=str(given_up)), Step.BACK
                except Cancelled:
                    return now
                except AppError as error:
                    step = await self._tell(dialog, form, error)
                    form = replace(form, note="")
                    if step is Step.CANCEL:
                        return now
        except Cancelled:
            return now
        finally:
            dialog.finish()

    def _first_form(self, connection: Connection) -> _Form:
        """Fill in keys that are known, where the connection has none."""
        keys = self._known_keys
        if keys is None or connection.has_client_secret:
            return _Form(connection)
        client_id = connection.client_id or keys.client_id
        return _Form(replace(connection, client_id=client_id), keys.client_secret)

    async def _credentials(self, dialog: FlowDialog, form: _Form) -> _Form:
        page = CredentialsPage(
            self._environment,
            form.connection,
            dialog.choose(Step.CANCEL),
            dialog.act("Sign in to &QuickBooks", Step.NEXT, is_primary=True),
            are_keys_known=self._known_keys is not None,
        )
        page.form.secret.setText(form.client_secret)
        page.in_own_browser.setChecked(not form.in_window)
        if form.note:
            page.form.show_problem(form.note)
        dialog.show_page(page)
        while await dialog.decisions.next() is Step.NEXT:
            entered = page.form.entered(for_sign_in=True)
            if entered is not None:
                return _Form(entered.connection, entered.client_secret, page.in_window.isChecked())
        raise Cancelled("Connecting was cancelled.")

    async def _save(self, dialog: FlowDialog, form: _Form, before: ConnectResult) -> ConnectResult:
        """Store what is no secret first, so that nothing typed is lost if the sign-in fails."""
        if form.connection == before.connection and before.connection.version:
            return before
        saved = await dialog.wait_for(
            "Saving the connection",
            f"Storing name and addresses of {form.connection.name} in the CRM.",
            self._tasks.call(self._editor.save, form.connection),
            can_cancel=False,
        )
        return ConnectResult(ConnectEnd.SAVED, saved)

    async def _connect(self, dialog: FlowDialog, form: _Form) -> ConnectResult:
        while True:
            found = await self._sign_in(dialog, form)
            dialog.show_page(
                make_confirm_page(
                    self._environment,
                    found,
                    dialog.choose(Step.CANCEL),
                    dialog.act("&No, sign in again", Step.TRY_AGAIN),
                    dialog.act(
                        "&Yes, store the connection", Step.NEXT, is_primary=True, has_enter=False
                    ),
                )
            )
            step = await dialog.decisions.next()
            if step is Step.NEXT:
                return ConnectResult(ConnectEnd.CONNECTED, await self._store(dialog, found))
            await dialog.wait_for(
                "Giving the access back",
                f"Access to {found.company.name} is not kept.",
                self._tasks.call(self._connector.reject, found),
                can_cancel=False,
            )
            if step is not Step.TRY_AGAIN:
                raise Cancelled("The company was not confirmed.")

    async def _store(self, dialog: FlowDialog, found: CompanyFound) -> Connection:
        """Store the connection; a failure is tried again without another sign-in."""
        while True:
            try:
                return await dialog.wait_for(
                    "Storing the connection",
                    "Keys and tokens go to the CRM's connection record.",
                    self._tasks.call(self._connector.confirm, found),
                    can_cancel=False,
                )
            except AppError as error:
                again = dialog.act("&Try again", Step.TRY_AGAIN, is_primary=True)
                step = await dialog.show_error(error, dialog.choose(Step.CANCEL), again)
                if step is not Step.TRY_AGAIN:
                    raise Cancelled("The connection was not stored.") from error

    async def _sign_in(self, dialog: FlowDialog, form: _Form) -> CompanyFound:
        request: AuthorizationRequest = await dialog.wait_for(
            "Preparing the sign-in",
            "Making the address of Intuit's sign-in page.",
            self._tasks.call(
                self._connector.begin, form.connection, client_secret=form.client_secret
            ),
        )
        redirected_url = await self._redirect(dialog, form, request)
        work = self._tasks.call(
            self._connector.finish,
            form.connection,
            request,
            redirected_url,
            client_secret=form.client_secret,
        )
        try:
            return await dialog.wait_for(
                "Asking which company this is",
                "Trading the sign-in for access, and reading the company's name.",
                work,
                can_cancel=False,
            )
        except Cancelled as refused:
            raise _SignInGivenUp("Access was refused on Intuit's page. Nothing was stored.") from (
                refused
            )

    async def _redirect(
        self, dialog: FlowDialog, form: _Form, request: AuthorizationRequest
    ) -> str:
        if form.in_window:
            outcome = await dialog.busy(
                "A sign-in window is open",
                f"Sign in there to QuickBooks, and choose {_wanted_company(form.connection)}.",
                self._browsers.window(request, dialog),
                dialog.act("Use my own &browser", Step.OTHER_WAY),
            )
            if isinstance(outcome, Decided):
                if outcome.decision is not Step.OTHER_WAY:
                    raise Cancelled("The sign-in was cancelled.")
            elif outcome.end is BrowseEnd.REDIRECTED:
                return outcome.redirected_url
            elif outcome.end is BrowseEnd.CANCELLED:
                raise _SignInGivenUp("The sign-in window was closed. Nothing was stored.")
            elif outcome.end is BrowseEnd.FAILED:
                raise ServiceUnavailableError(
                    "The sign-in window could not do its work.",
                    service="sign-in window",
                    remedy="Try again, or choose “In my own browser”.",
                    details=outcome.problem,
                )
        return await self._paste(dialog, request)

    async def _paste(self, dialog: FlowDialog, request: AuthorizationRequest) -> str:
        page = PastePage(
            request,
            open_url=self._browsers.open_url,
            on_address=lambda: dialog.decisions.take(Step.NEXT),
            buttons=(dialog.choose(Step.CANCEL),),
        )
        dialog.show_page(page)
        page.open()
        if await dialog.decisions.next() is Step.NEXT:
            return page.address.text().strip()
        raise Cancelled("The sign-in was cancelled.")

    async def _success(self, dialog: FlowDialog, now: ConnectResult) -> ConnectResult:
        dialog.show_page(
            make_success_page(
                now.connection,
                dialog.act("&Close", Step.CANCEL),
                dialog.act("&Match customers and items…", Step.NEXT, is_primary=True),
            )
        )
        if await dialog.decisions.next() is Step.NEXT:
            return ConnectResult(ConnectEnd.MATCH_NEXT, now.connection)
        return now

    async def _tell(self, dialog: FlowDialog, form: _Form, error: AppError) -> Step:
        cancel = dialog.choose(Step.CANCEL)
        if isinstance(error, WrongCompanyError):
            again = dialog.act("Sign in &again", Step.TRY_AGAIN, is_primary=True)
            dialog.show_page(make_wrong_company_page(form.connection, error, cancel, again))
            return await dialog.decisions.next()
        back = dialog.act("&Back to the keys", Step.BACK)
        again = dialog.act("&Try again", Step.TRY_AGAIN, is_primary=True)
        return await dialog.show_error(error, cancel, back, again)


def _wanted_company(connection: Connection) -> str:
    """Say which company is to be chosen on Intuit's page."""
    if connection.company_name:
        return f"{connection.company_name}: {connection.name} is bound to it"
    return f"the company of {connection.name} ({connection.legal_entity})"
