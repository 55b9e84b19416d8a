"""How the grid's columns stand: one arrangement for work before posting, one for what is posted.

Balance and paid say nothing of an invoice that is not in QuickBooks, and are what somebody looks
for once it is; a person may change both arrangements.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHeaderView

from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF

_POSTED_FIRST = (
    *("selected", "status", "company", "number", "customer", "date", "currency", "total"),
    *("balance", "paid", "quickbooks-status", "finding", "quickbooks-number", "posted-on"),
)
Arrangement = list[dict[str, object]]
"""Per column, from left to right: its name, its width in pixels, whether it is shown."""


class ColumnOrder:
    """Arranges a header, and keeps the arrangement that does not show now."""

    def __init__(self, header: QHeaderView) -> None:
        self._header = header
        self._is_posted = False
        self._other = _first(is_posted=True)

    def reset(self) -> None:
        """Bring order, widths and visibility of what shows back to what they were at first."""
        self._arrange(_first(is_posted=self._is_posted))

    def show_for(self, *, is_posted: bool) -> None:
        """Show the arrangement for posted invoices, or that for the others."""
        if is_posted == self._is_posted:
            return
        self._is_posted = is_posted
        now, self._other = self._other, self._now()
        self._arrange(now)

    def state(self) -> dict[str, object]:
        """Return both arrangements, as JSON knows values."""
        now = self._now()
        before, after = (self._other, now) if self._is_posted else (now, self._other)
        return {"columns": before, "posted_columns": after}

    def restore(self, state: dict[str, object]) -> None:
        """Take back what :meth:`state` told; columns that are not known are passed over.

        Raises:
            ValueError, KeyError, TypeError: it is not a state; nothing was changed then.
        """
        before = _read(state["columns"])
        kept = state.get("posted_columns")
        after = _first(is_posted=True) if kept is None else _read(kept)
        now, self._other = (after, before) if self._is_posted else (before, after)
        self._arrange(now)

    def _now(self) -> Arrangement:
        header = self._header
        return [
            {
                "name": COLUMNS[logical].name,
                # A hidden section reports no width; its own default will do.
                "width": header.sectionSize(logical) or COLUMNS[logical].width,
                "is_shown": not header.isSectionHidden(logical),
            }
            for logical in map(header.logicalIndex, range(len(COLUMNS)))
        ]

    def _arrange(self, arrangement: Arrangement) -> None:
        header = self._header
        for visual, column in enumerate(arrangement):
            logical = PLACE_OF[str(column["name"])]
            header.moveSection(header.visualIndex(logical), visual)
            width = column["width"]
            # Nothing has a width while it is hidden.
            header.setSectionHidden(logical, False)
            if logical != 0 and isinstance(width, int) and width > 0:
                header.resizeSection(logical, width)
            header.setSectionHidden(logical, not column["is_shown"])


def _first(*, is_posted: bool) -> Arrangement:
    """Return how the columns stand before anybody changed them."""
    names = list(PLACE_OF)
    if is_posted:
        names = [*_POSTED_FIRST, *(name for name in names if name not in _POSTED_FIRST)]
    columns = [COLUMNS[PLACE_OF[name]] for name in names]
    return [{"name": c.name, "width": c.width, "is_shown": c.is_shown} for c in columns]


def _read(kept: object) -> Arrangement:
    if not isinstance(kept, Sequence) or isinstance(kept, str):
        raise TypeError(kept)
    columns = [
        {"name": c["name"], "width": int(c["width"]), "is_shown": bool(c["is_shown"])} for c in kept
    ]
    return [column for column in columns if column["name"] in PLACE_OF]
