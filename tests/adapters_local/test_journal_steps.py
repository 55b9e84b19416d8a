"""What the journal remembers of pushes, and which steps it lets through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from psaqb_desktop.adapters.journal import SqliteJournal, open_journal
from psaqb_desktop.domain.errors import JournalError
from psaqb_desktop.domain.identifiers import RealmId, RequestId
from psaqb_desktop.domain.push import NEXT_STEPS, Push, PushStep

MakePush = Callable[..., Push]
FIRST = RequestId("first-g1")
WAY = (PushStep.CLAIMED, PushStep.SENT, PushStep.CONFIRMED, PushStep.RECORDED)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    moments = iter(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(10_000))
    with open_journal(tmp_path / "journal.sqlite3", now=lambda: next(moments)) as opened:
        yield opened


def test_a_prepared_push_comes_back_whole_after_closing(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "new folder" / "journal.sqlite3"
    push = make_push()
    with open_journal(path) as journal:
        journal.prepare([push])
    with open_journal(path) as journal:
        assert journal.open_pushes() == (push,)
        assert journal.verify() == 1


def test_a_push_is_open_until_it_is_recorded(journal: SqliteJournal, make_push: MakePush) -> None:
    journal.prepare([make_push()])
    for step in WAY[:-1]:
        journal.advance([FIRST], step)
        assert [push.step for push in journal.open_pushes()] == [step]
    journal.advance([FIRST], PushStep.RECORDED)
    assert journal.open_pushes() == ()


def test_outcome_and_trace_id_stay_on_the_push_and_in_the_history(
    journal: SqliteJournal, make_push: MakePush
) -> None:
    push = make_push()
    journal.prepare([push])
    journal.advance([FIRST], PushStep.CLAIMED)
    journal.advance([FIRST], PushStep.SENT)
    journal.advance([FIRST], PushStep.CONFIRMED, outcome="145", trace_id="1-abc")
    (kept,) = journal.open_pushes()
    assert (kept.outcome, kept.trace_id) == ("145", "1-abc")
    journal.advance([FIRST], PushStep.RECORDED)
    entries = journal.history(push.invoice_id)
    assert [entry.step for entry in entries] == [PushStep.PREPARED, *WAY]
    assert [entry.outcome for entry in entries] == ["", "", "", "145", ""]
    assert {(entry.by, entry.machine) for entry in entries} == {("Ada", "desk-3")}
    assert [entry.at.second for entry in entries] == [0, 1, 2, 3, 4]


def test_every_step_that_is_not_next_is_refused_and_changes_nothing(
    tmp_path: Path, make_push: MakePush
) -> None:
    ways = {
        PushStep.PREPARED: (),
        PushStep.CLAIMED: WAY[:1],
        PushStep.SENT: WAY[:2],
        PushStep.CONFIRMED: WAY[:3],
        PushStep.REJECTED: (*WAY[:2], PushStep.REJECTED),
    }
    for number, (at, way) in enumerate(ways.items()):
        with open_journal(tmp_path / f"{number}.sqlite3") as journal:
            journal.prepare([make_push()])
            for step in way:
                journal.advance([FIRST], step)
            for step in set(PushStep) - NEXT_STEPS[at]:
                with pytest.raises(JournalError):
                    journal.advance([FIRST], step)
            assert [push.step for push in journal.open_pushes()] == [at]
            assert journal.verify() == 1 + len(way)


def test_an_unknown_push_is_refused(journal: SqliteJournal) -> None:
    with pytest.raises(JournalError, match="does not know"):
        journal.advance([RequestId("never")], PushStep.CLAIMED)


def test_several_pushes_advance_all_or_none(journal: SqliteJournal, make_push: MakePush) -> None:
    journal.prepare([make_push("a"), make_push("b")])
    journal.advance([RequestId("b")], PushStep.ABANDONED)
    with pytest.raises(JournalError):
        journal.advance([RequestId("a"), RequestId("b")], PushStep.CLAIMED)
    assert [push.step for push in journal.open_pushes()] == [PushStep.PREPARED]


def test_several_pushes_are_prepared_all_or_none(
    journal: SqliteJournal, make_push: MakePush
) -> None:
    journal.prepare([make_push("a")])
    with pytest.raises(JournalError):
        journal.prepare([make_push("b"), make_push("a", total="121.00")])
    assert [push.request_id for push in journal.open_pushes()] == ["a"]


def test_preparing_the_same_open_push_again_changes_nothing(
    journal: SqliteJournal, make_push: MakePush
) -> None:
    journal.prepare([make_push()])
    journal.advance([FIRST], PushStep.CLAIMED)
    journal.prepare([make_push()])
    assert [push.step for push in journal.open_pushes()] == [PushStep.CLAIMED]
    assert journal.verify() == 2


def test_an_open_request_id_is_not_given_other_contents(
    journal: SqliteJournal, make_push: MakePush
) -> None:
    journal.prepare([make_push()])
    for step in WAY[:2]:
        journal.advance([FIRST], step)
        with pytest.raises(JournalError, match="being pushed already"):
            journal.prepare([make_push(total="121.00")])
    assert [str(push.draft.total) for push in journal.open_pushes()] == ["120.00"]


@pytest.mark.parametrize(
    "way",
    [
        (PushStep.ABANDONED,),
        (PushStep.CLAIMED, PushStep.ABANDONED),
        (PushStep.CLAIMED, PushStep.SENT, PushStep.REJECTED),
        (PushStep.CLAIMED, PushStep.SENT, PushStep.REJECTED, PushStep.RECORDED),
    ],
)
def test_after_a_definite_end_a_request_id_may_be_prepared_anew(
    journal: SqliteJournal, make_push: MakePush, way: tuple[PushStep, ...]
) -> None:
    first = make_push()
    journal.prepare([first])
    for step in way:
        journal.advance([FIRST], step)
    again = make_push(total="99.00")
    journal.prepare([again])
    assert journal.open_pushes() == (again,)
    assert [entry.step for entry in journal.history(first.invoice_id)] == [
        PushStep.PREPARED,
        *way,
        PushStep.PREPARED,
    ]
    assert journal.verify() == len(way) + 2


def test_a_digest_that_is_not_the_drafts_is_refused(
    journal: SqliteJournal, make_push: MakePush
) -> None:
    with pytest.raises(JournalError, match="digest"):
        journal.prepare([make_push(digest="0" * 64)])


def test_a_push_cannot_begin_further_on(journal: SqliteJournal, make_push: MakePush) -> None:
    with pytest.raises(JournalError, match="cannot begin"):
        journal.prepare([make_push(step=PushStep.SENT)])


def test_watermarks_are_kept_for_each_company(journal: SqliteJournal) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert journal.watermark(RealmId("1")) is None
    journal.set_watermark(RealmId("1"), moment)
    journal.set_watermark(RealmId("1"), moment + timedelta(hours=1))
    assert journal.watermark(RealmId("1")) == moment + timedelta(hours=1)
    assert journal.watermark(RealmId("2")) is None


def test_any_order_of_calls_agrees_with_a_plain_model(tmp_path: Path, make_push: MakePush) -> None:
    numbers = iter(range(10_000))

    class AgainstModel(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.path = tmp_path / f"{next(numbers)}.sqlite3"
            self.journal = open_journal(self.path)
            self.steps: dict[str, tuple[PushStep, str]] = {}

        ids = st.sampled_from(["a", "b", "c"])
        totals = st.sampled_from(["1.00", "2.00"])

        @rule(name=ids, total=totals)
        def prepare(self, name: str, total: str) -> None:
            step, was = self.steps.get(name, (PushStep.ABANDONED, ""))
            is_open = step in {PushStep.PREPARED, *WAY[:3]}
            if is_open and was != total:
                with pytest.raises(JournalError):
                    self.journal.prepare([make_push(name, total=total)])
                return
            self.journal.prepare([make_push(name, total=total)])
            if not is_open:
                self.steps[name] = (PushStep.PREPARED, total)

        @rule(name=ids, step=st.sampled_from(PushStep))
        def advance(self, name: str, step: PushStep) -> None:
            now, total = self.steps.get(name, (None, ""))
            if now is None or step not in NEXT_STEPS[now]:
                with pytest.raises(JournalError):
                    self.journal.advance([RequestId(name)], step)
                return
            self.journal.advance([RequestId(name)], step)
            self.steps[name] = (step, total)

        @rule()
        def restart(self) -> None:
            self.journal.close()
            self.journal = open_journal(self.path)

        @invariant()
        def agrees(self) -> None:
            over = {PushStep.RECORDED, PushStep.ABANDONED}
            assert {
                str(push.request_id): (push.step, str(push.draft.total))
                for push in self.journal.open_pushes()
            } == {name: known for name, known in self.steps.items() if known[0] not in over}
            self.journal.verify()

        def teardown(self) -> None:
            self.journal.close()

    run_state_machine_as_test(
        AgainstModel, settings=settings(max_examples=30, stateful_step_count=25, deadline=None)
    )
