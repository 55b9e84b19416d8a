"""Ports and news that are looked at all the time: nothing untrue, not even for a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psaqb_desktop.domain.errors import AppError, JournalError, ServiceUnavailableError
from psaqb_desktop.domain.identifiers import InvoiceId, RequestId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.push_progress import PushProgress
from tests.simulation.outside import Outside
from tests.simulation.weather import Weather

if TYPE_CHECKING:
    from tests.simulation.desks import SimulatedGate

YOUNG = timedelta(minutes=9)
"""A claim that the CRM has heard of so lately is nobody else's."""


class WatchedRecords:
    """The sync records: what is written is true, and bulk writes may break off."""

    def __init__(self, port: object, gate: SimulatedGate, weather: Weather) -> None:
        self._port: Any = port
        self._gate = gate
        self._weather = weather

    def write(self, records: Sequence[SyncRecord]) -> Mapping[InvoiceId, SyncRecord | AppError]:
        if any(record.state.is_posted for record in records):
            self._be_late("write")
        for record in records:
            self._look_at_claim(record)
            stored = self._gate.outside.records.of_id(record.id)
            if stored is not None and stored.version == record.version:
                self._look_at_change(stored, record)
        written = self._weather.cut(len(records))
        if written is None:
            answers: Mapping[InvoiceId, SyncRecord | AppError] = self._port.write(records)
            return answers
        self._port.write(records[:written])
        raise ServiceUnavailableError("It broke off in the middle.", service="CRM")

    def add_payments(self, allocations: Any) -> Any:
        self._be_late("add_payments")
        return self._port.add_payments(allocations)

    def _be_late(self, call: str) -> None:
        if call in self._weather.late:
            self._gate.outside.hub.sleep(self._weather.late[call])

    def _look_at_claim(self, record: SyncRecord) -> None:
        outside, machine = self._gate.outside, self._gate.machine
        stored = outside.records.of_id(record.id)
        is_mine = record.claimed_by.endswith(f" on {machine}")
        if record.state is not PostingState.CLAIMED or not is_mine:
            return
        if record.version != (stored.version if stored else ""):
            return  # refused as stale: a take-over that came too late announces nothing
        opened = self._gate.opened_pushes()
        known = {push.request_id for push in opened}
        sent = {push.request_id for push in opened if push.step is PushStep.SENT}
        if stored is None or not stored.state.is_open:
            if record.request_id not in known:
                outside.violate(f"{self._gate.name} claims {record.request_id} before journalling")
        elif not stored.claimed_by.endswith(f" on {machine}") and stored.modified_on is not None:
            is_young = outside.records.time() - stored.modified_on < YOUNG
            # Who sent it itself and comes back settles it under the same request id, whoever has
            # taken it over meanwhile.
            if is_young and record.request_id not in sent:
                outside.violate(f"{self._gate.name} takes the claim of {stored.claimed_by}")

    def _look_at_change(self, stored: SyncRecord, record: SyncRecord) -> None:
        outside = self._gate.outside
        name = f"{self._gate.name}, invoice {record.invoice_id[-3:]}:"
        is_closed = record.state in {PostingState.FAILED, PostingState.NOT_POSTED}
        sent = {p.request_id for p in self._gate.opened_pushes() if p.step is PushStep.SENT}
        # What the CRM has as posted is known, though a desktop with a full disk has it as open.
        if is_closed and record.request_id in sent and not stored.state.is_posted:
            outside.violate(f"{name} {record.state.value}, while its outcome is unknown")
        is_failing = record.state is PostingState.FAILED and stored.state.is_open
        is_made = record.request_id in outside.made and not outside.was_restored
        if is_failing and is_made and outside.standing(record.invoice_id):
            outside.violate(f"{name} Failed, while it stands in QuickBooks")
        if record.state is PostingState.LEFT_OUT and (
            stored.state.is_open or stored.state.is_posted
        ):
            outside.violate(f"{name} left out, while it is {stored.state.value}")
        if not stored.state.is_posted:
            return
        ledger = outside.ledgers[stored.realm_id]
        key = stored.document_type, stored.quickbooks_id
        if not record.state.is_posted and not stored.is_gone:
            if any((d.type, d.id) == key for d in ledger.standing(record.invoice_id)):
                outside.violate(f"{name} {record.state.value}, while {key[1]} is known to stand")
        elif record.state.is_posted and key == (record.document_type, record.quickbooks_id):
            known, seen = stored.sync_token, record.sync_token
            if known.isdecimal() and seen.isdecimal() and int(seen) < int(known):
                outside.violate(f"{name} an older look at {key[1]} overwrites a newer one")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)


class WatchedJournal:
    """The journal: a push is closed only after the CRM has its outcome."""

    def __init__(self, port: object, gate: SimulatedGate) -> None:
        self._port: Any = port
        self._gate = gate

    def advance(self, ids: Sequence[RequestId], step: PushStep, **more: Any) -> Any:
        if step is PushStep.SENT and self._gate.is_disk_full_for_sent:
            raise JournalError("The disk is full.")
        if step is PushStep.RECORDED:
            for record in self._gate.outside.records.records():
                is_mine = record.claimed_by.endswith(f" on {self._gate.machine}")
                if record.request_id in ids and record.state.is_open and is_mine:
                    self._gate.outside.violate(
                        f"{self._gate.name} closes {record.request_id}, which the CRM has "
                        f"as {record.state.value}"
                    )
        answer = self._port.advance(ids, step, **more)
        if step is PushStep.REJECTED:
            self._gate.outside.hub.sleep(self._gate.weather.sleeps_when_refused)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)


class CheckedNews(list[PushProgress]):
    """What a person sees of a push while it goes on."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside

    def append(self, news: PushProgress) -> None:
        """Take news; an invoice shown as posted was in QuickBooks at some time."""
        super().append(news)
        if news.status in {RowStatus.POSTED, RowStatus.POSTED_REVIEW}:
            ledgers = self._outside.ledgers.values()
            if not any(ledger.all_of(news.invoice_id) for ledger in ledgers):
                self._outside.violate(f"invoice {news.invoice_id[-3:]} is shown as posted")
