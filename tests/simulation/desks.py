"""Desks: machines with a disk, a keyring and a clock of their own, and programs that may die."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.identifiers import RequestId
from psaqb_desktop.domain.push import Push, PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.quickbooks_ports import AuthorizationGateway, CompanyGateway
from tests.fakes.gate import Death, Gate
from tests.fakes.office import Machine, Program
from tests.simulation.outside import Outside, SimulatedClock
from tests.simulation.watched import YOUNG, CheckedNews, WatchedJournal, WatchedRecords
from tests.simulation.weather import Weather
from tests.simulation.wire import Companies, TokenEndPoint

T = TypeVar("T")

_CRM = ("records", "connections", "invoices", "links")


class Desk(Machine):
    def __init__(self, folder: Path, name: str, outside: Outside, off: float) -> None:
        self.own_clock = SimulatedClock(outside.hub, timedelta(seconds=off))
        super().__init__(folder, name, clock=self.own_clock)


class SimulatedGate(Gate):
    """Where a program's calls take their time, meet their trouble, and may be its last."""

    def __init__(
        self, outside: Outside, weather: Weather, name: str, death: Death | None = None
    ) -> None:
        super().__init__(name, death=death)
        self.outside, self.weather = outside, weather
        self.machine = name.rpartition("-")[0]
        self.opened_pushes: Callable[[], Sequence[Push]] = tuple
        """Reads the program's journal behind nobody's back."""
        self.is_disk_full_for_sent = False
        """The journal has room for all but the word that a request leaves."""
        self.has_lost_keyring = False
        """The keyring has refused a secret of this program."""

    def guard(self, port: T, name: str) -> T:
        if name == "records":
            port = cast("T", WatchedRecords(port, self, self.weather))
        if name == "journal":
            port = cast("T", WatchedJournal(port, self))
        if name == "connections":
            port = cast("T", _KeyringFirst(port, self))
        return cast("T", _Watched(port, name, self))

    def pass_through(self, what: str, action: Callable[[], Any], *about: object) -> Any:
        outside, weather = self.outside, self.weather
        outside.hub.sleep(weather.way(what))
        if outside.meeting is not None and outside.meeting.call == what:
            outside.meeting.wait(self.name)
        number = self._enter(what)
        if self._death == Death(number, is_after=False):
            outside.trace.add(self.name, f"dies before {what}")
            self._die()
        is_wire = what.startswith("quickbooks.") and what != "quickbooks.lists"
        trouble = None if is_wire else weather.trouble(what)
        error: Exception | None = None
        result: Any = None
        if what.startswith(_CRM) and outside.hub.seconds < outside.crm_is_back:
            error = ServiceUnavailableError("The CRM is down.", service="CRM")
        elif trouble is not None and not trouble.is_after:
            error = trouble.error
        else:
            try:
                result = action()
            except Exception as failure:  # noqa: BLE001 - goes on below, as an answer on its way
                error = failure
            if trouble is not None and error is None:
                error = trouble.error
        self.has_lost_keyring |= what == "secrets.set" and error is not None
        outside.trace.add(self.name, what, about, "→", error or result)
        outside.hub.sleep(weather.way_back(what))
        if self._death == Death(number, is_after=True):
            outside.trace.add(self.name, f"dies after {what}")
        self._die_after(number)
        if error is not None:
            raise error
        return result


class SimulatedProgram(Program):
    """The program over the simulated wire."""

    def __init__(self, outside: Outside, desk: Desk, gate: SimulatedGate, weather: Weather) -> None:
        self.outside, self.weather, self.clock = outside, weather, desk.own_clock
        self.own_gate = gate
        super().__init__(outside, desk, gate, in_flight=outside.chance.choice((1, 2, 4)))
        gate.opened_pushes = self.journal.open_pushes
        self.news = CheckedNews(outside)
        outside.programs.append(self)

    def close(self) -> None:
        self.outside.programs.remove(self)
        super().close()

    def open_companies(self) -> CompanyGateway:
        return Companies(self)

    def open_authorization(self) -> AuthorizationGateway:
        end_point = TokenEndPoint(self.outside, self.own_gate, self.clock.now)
        return cast("AuthorizationGateway", end_point)

    def push_checked(
        self, checked: Sequence[Checked], *, cancellation: Cancellation | None = None
    ) -> tuple[PushResult, ...]:
        """Push, and see that what QuickBooks confirmed meanwhile is told as posted."""
        before = {c.invoice.id: len(self.journal.history(c.invoice.id)) for c in checked}
        results = super().push_checked(checked, cancellation=cancellation)
        for result in results:
            entries = self.journal.history(result.invoice_id)[before[result.invoice_id] :]
            is_confirmed = any(entry.step is PushStep.CONFIRMED for entry in entries)
            if is_confirmed and not result.state.is_posted and not self.outside.was_restored:
                name = f"invoice {result.invoice_id[-3:]}, confirmed,"
                self.outside.violate(f"{name} is told as {result.state.value}")
        return results

    def require_announced(self, request_id: RequestId) -> None:
        """See that journal and CRM know a request that is about to leave."""
        sent = {p.request_id for p in self.journal.open_pushes() if p.step is PushStep.SENT}
        if request_id not in sent:
            self.outside.violate(f"{request_id} leaves without being journalled as sent")
        stem = request_id.rpartition("-g")[0]
        records = [
            record
            for record in self.outside.records.records()
            if record.request_id.rpartition("-g")[0] == stem
        ]
        if not records and not self.outside.was_restored:
            self.outside.violate(f"{request_id} leaves without being in the CRM")
        if self.outside.was_restored:
            return  # an old claim of another may have come back between this one and now
        for record in records:
            is_others = not record.claimed_by.endswith(f" on {self.machine.name}")
            age = self.outside.records.time() - (record.modified_on or self.outside.clock.now())
            if record.state is PostingState.CLAIMED and is_others and age < YOUNG:
                self.outside.violate(f"{request_id} leaves under {record.claimed_by}'s claim")


class _Watched:
    """A port behind the gate, with its arguments in the trace."""

    def __init__(self, port: object, name: str, gate: SimulatedGate) -> None:
        self._port, self._name, self._gate = port, name, gate

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._gate.pass_through(
                f"{self._name}.{method}", lambda: found(*args, **kwargs), *args
            )

        return call


class _KeyringFirst:
    """The connections, with an eye on new refresh tokens: on a disk before the CRM has them."""

    def __init__(self, port: object, gate: SimulatedGate) -> None:
        self._port: Any = port
        self._gate = gate

    def store_tokens(self, before: object, tokens: TokenAnswer, **more: Any) -> Any:
        gate = self._gate
        is_kept = any(tokens.refresh_token in s for s in gate.outside.keyring_of(gate.name))
        if not is_kept and not gate.has_lost_keyring:
            gate.outside.violate(f"{gate.name} tells the CRM of a token that is on no disk")
        return self._port.store_tokens(before, tokens, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)
