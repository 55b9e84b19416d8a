"""Desks: machines with a disk, a keyring and a clock of their own, and programs that may die."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from psaqb_desktop.domain.connection import TokenAnswer
from psaqb_desktop.domain.errors import AppError, ServiceUnavailableError
from psaqb_desktop.domain.identifiers import InvoiceId, RequestId
from psaqb_desktop.domain.push import PostingState, Push, PushStep, SyncRecord
from psaqb_desktop.services.quickbooks_ports import AuthorizationGateway, CompanyGateway
from tests.fakes.gate import Death, Gate
from tests.fakes.office import Machine, Program
from tests.simulation.outside import Outside, SimulatedClock
from tests.simulation.weather import Weather
from tests.simulation.wire import Companies, TokenEndPoint

T = TypeVar("T")

_YOUNG = timedelta(minutes=9)
"""A claim that the CRM has heard of so lately is nobody else's."""
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
        self.outside, self._weather = outside, weather
        self.machine = name.rpartition("-")[0]
        self.opened_pushes: Callable[[], Sequence[Push]] = tuple
        """Reads the program's journal behind nobody's back."""
        self.has_lost_keyring = False
        """The keyring has refused a secret of this program."""

    def guard(self, port: T, name: str) -> T:
        if name == "records":
            port = cast("T", _WatchedRecords(port, self, self._weather))
        if name == "connections":
            port = cast("T", _KeyringFirst(port, self))
        return cast("T", _Watched(port, name, self))

    def pass_through(self, what: str, action: Callable[[], Any], *about: object) -> Any:
        outside, weather = self.outside, self._weather
        outside.hub.sleep(weather.way(what))
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
        outside.programs.append(self)

    def close(self) -> None:
        self.outside.programs.remove(self)
        super().close()

    def open_companies(self) -> CompanyGateway:
        return Companies(self)

    def open_authorization(self) -> AuthorizationGateway:
        end_point = TokenEndPoint(self.outside, self.own_gate, self.clock.now)
        return cast("AuthorizationGateway", end_point)

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
        for record in records:
            is_others = not record.claimed_by.endswith(f" on {self.machine.name}")
            age = self.outside.records.time() - (record.modified_on or self.outside.clock.now())
            if record.state is PostingState.CLAIMED and is_others and age < _YOUNG:
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


class _WatchedRecords:
    """The sync records: claims come after the journal, and bulk writes may break off."""

    def __init__(self, port: object, gate: SimulatedGate, weather: Weather) -> None:
        self._port: Any = port
        self._gate = gate
        self._weather = weather

    def write(self, records: Sequence[SyncRecord]) -> Mapping[InvoiceId, SyncRecord | AppError]:
        for record in records:
            self._look_at(record)
        written = self._weather.cut(len(records))
        if written is None:
            answers: Mapping[InvoiceId, SyncRecord | AppError] = self._port.write(records)
            return answers
        self._port.write(records[:written])
        raise ServiceUnavailableError("It broke off in the middle.", service="CRM")

    def _look_at(self, record: SyncRecord) -> None:
        outside, machine = self._gate.outside, self._gate.machine
        stored = outside.records.of_id(record.id)
        is_mine = record.claimed_by.endswith(f" on {machine}")
        if record.state is not PostingState.CLAIMED or not is_mine:
            return
        if record.version != (stored.version if stored else ""):
            return  # refused as stale: a take-over that came too late announces nothing
        known = {push.request_id for push in self._gate.opened_pushes()}
        if stored is None or not stored.state.is_open:
            if record.request_id not in known:
                outside.violate(f"{self._gate.name} claims {record.request_id} before journalling")
        elif not stored.claimed_by.endswith(f" on {machine}") and stored.modified_on is not None:
            is_young = outside.records.time() - stored.modified_on < _YOUNG
            # Who sent it itself and comes back settles it under the same request id, whoever has
            # taken it over meanwhile.
            if is_young and record.request_id not in known:
                outside.violate(f"{self._gate.name} takes the claim of {stored.claimed_by}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)


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
