"""An order that is kept up with changes is the order that a fresh sort would give."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.ui.invoices.orders import ColumnOrder, Key

KEYS = st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=1, max_size=12)
CHANGES = st.lists(
    st.dictionaries(st.integers(0, 59), st.one_of(st.none(), st.integers(0, 5)), max_size=3),
    max_size=4,
)


def by_hand(keys: list[Key], *, is_descending: bool) -> list[int]:
    sign = -1 if is_descending else 1
    return sorted(
        range(len(keys)),
        key=lambda at: (keys[at] is None, sign * int(keys[at] or 0), at),  # type: ignore[call-overload]
    )


@given(keys=KEYS, changes=CHANGES, is_prepared=st.booleans(), copies=st.integers(1, 40))
def test_changes_leave_the_order_that_a_sort_would_make(
    *, keys: list[Key], changes: list[dict[int, Key]], is_prepared: bool, copies: int
) -> None:
    wanted = keys * copies
    order = ColumnOrder(list(wanted), 0)
    if is_prepared:
        order.prepare()
    for seen, change in enumerate([{}, *changes], start=1):
        fitting = {at: key for at, key in change.items() if at < len(wanted)}
        for at, key in fitting.items():
            wanted[at] = key
        order.take(fitting, seen)
        for is_descending in (False, True):
            found = order.positions(is_descending=is_descending)
            assert found == by_hand(wanted, is_descending=is_descending)
        assert order.seen == seen


def test_an_order_that_was_handed_out_is_the_callers_own() -> None:
    order = ColumnOrder([2, 1], 0)
    order.positions(is_descending=False).clear()
    assert order.positions(is_descending=False) == [1, 0]
