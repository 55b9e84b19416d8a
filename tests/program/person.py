"""A person at the screen: looks, presses, types, and says what was not there.

Knows words on the screen, not widgets. Every act waits until it is possible; what never becomes
possible fails with a picture and everything that was showing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.program.accessible import (
    BIG,
    CHECKED,
    ENABLED,
    SHOWING,
    Element,
    Place,
)
from tests.program.session import SIZE, Session
from tests.program.started_program import Program

T = TypeVar("T")
PRESSABLE = frozenset(
    {
        "push button",
        "toggle button",
        "button",
        "button menu",
        "check box",
        "radio button",
        "menu item",
        "check menu item",
        "radio menu item",
        "page tab",
        "link",
    }
)
FIELDS = frozenset({"text", "entry", "password text", "editbar", "combo box", "spin button"})
_ACTIVE = 1
_PATIENCE = 30.0
_POLL_SECONDS = 0.1


class NotSeenError(AssertionError):
    """What a person waited for did not come."""


class Person:
    """Works with one session's screen."""

    def __init__(self, session: Session, program: Program, artefacts: Path) -> None:
        self._session = session
        self._program = program
        self._artefacts = artefacts
        self._pictures = 0
        self.nameless: set[str] = set()
        """What was seen that can be used, but has no name for those who cannot see it."""

    # -- looking -------------------------------------------------------------------------------

    def look(self, window: str = "") -> list[Element]:
        """Everything that shows, the window in front first; only one window where it is named."""
        windows: list[list[Element]] = []
        for element in self._session.tree.showing():
            if element.depth == 1:
                windows.append([])
            if element.depth >= 1:
                windows[-1].append(element)
        active = {each[0].reference[0] for each in windows if each[0].has(_ACTIVE)}
        if window:
            windows = [each for each in windows if window in each[0].name]
        windows.sort(key=lambda each: _distance(each[0], active))
        return [element for each in windows for element in each]

    def find(
        self, name: str | re.Pattern[str], roles: frozenset[str] = frozenset(), window: str = ""
    ) -> Element | None:
        """Find something by its whole name or a pattern of it."""
        for element in self.look(window):
            if roles and element.role not in roles:
                continue
            if element.name == name if isinstance(name, str) else name.search(element.name):
                return element
        return None

    def sees(self, text: str, window: str = "") -> bool:
        """Whether a text shows anywhere."""
        return any(text in element.name for element in self.look(window))

    def wait_to_see(self, text: str, *, window: str = "", seconds: float = _PATIENCE) -> None:
        """Wait until a text shows."""
        self.wait_until(lambda: self.sees(text, window), f"to see “{text}”", seconds)

    def wait_until_gone(self, text: str, *, seconds: float = _PATIENCE) -> None:
        """Wait until a text no longer shows."""
        self.wait_until(lambda: not self.sees(text), f"“{text}” to go away", seconds)

    def wait_until(
        self, condition: Callable[[], T | None], what: str, seconds: float = _PATIENCE
    ) -> T:
        """Wait for a condition; fail with a picture when it never holds."""
        deadline = time.monotonic() + seconds
        while not (answer := condition()):
            code = self._program.exit_code
            if code is not None:
                raise NotSeenError(
                    f"waited for {what}, but the program ended with {code}:\n{self._program.said()}"
                )
            if time.monotonic() > deadline:
                raise NotSeenError(
                    f"waited {seconds:.0f} s for {what}.\n{self.describe('failure')}"
                )
            time.sleep(_POLL_SECONDS)
        return answer

    def describe(self, name: str) -> str:
        """Keep a picture and the tree, and tell shortly what shows."""
        self.take_picture(name)
        lines = [str(element) for element in self.look()]
        file = self._artefacts / f"{self._pictures:02} {name}.txt"
        file.write_text("\n".join([*lines, "", self._program.said()]), "utf-8")
        shown = [line for line in lines if re.search("[a-z]", line.partition("“")[2])]
        return "\n".join([f"Showing (all in {file}):", *shown[:80]])

    def take_picture(self, step: str) -> None:
        """Keep what the screen shows, numbered in the order of the steps."""
        usable = [e for e in self.look() if e.role in PRESSABLE | FIELDS and e.has(ENABLED)]
        self.nameless |= {
            f"{step}: {e.role} at {self._session.tree.place(e)}" for e in usable if not e.name
        }
        self._pictures += 1
        self._session.take_picture(self._artefacts / f"{self._pictures:02} {step}.png")

    # -- doing ---------------------------------------------------------------------------------

    def press(
        self, name: str | re.Pattern[str], *, window: str = "", seconds: float = _PATIENCE
    ) -> None:
        """Click something that can be pressed."""
        self.click(self._wait_for(name, PRESSABLE, window, seconds))

    def type_into(self, name: str | re.Pattern[str], text: str, *, window: str = "") -> None:
        """Replace what is in a field."""
        self.click_field(name, window=window)
        self.keys("ctrl+a")
        self.type(text)

    def click_field(self, name: str | re.Pattern[str], *, window: str = "") -> None:
        """Put the cursor into a field."""
        self.click(self._wait_for(name, FIELDS, window, _PATIENCE))

    def type(self, text: str) -> None:
        """Type on the keyboard, wherever it goes."""
        self._session.do("type", "--clearmodifiers", "--delay", "8", "--", text)

    def keys(self, *keys: str) -> None:
        """Press keys, as xdotool calls them."""
        self._session.do("key", "--clearmodifiers", *keys)

    def tick(self, name: str, *, window: str = "") -> None:
        """Tick a box or choose a radio button, unless it is already."""
        element = self._wait_for(name, PRESSABLE, window, _PATIENCE)
        if not element.has(CHECKED):
            self.click(element)

    def click(self, element: Element) -> None:
        """Click into the middle of something; web pages are scrolled until it is in sight."""
        page = self._page_around(element)
        if page is not None:
            self.wait_until(lambda: self._scrolled_to(element, page), f"{element} to be in sight")
        place = self._settled_place(element)
        across, down = place.centre
        is_on_screen = 0 <= across < SIZE[0] and 0 <= down < SIZE[1]
        assert is_on_screen, f"{element} is off the screen: {place}"
        self._session.do("mousemove", str(across), str(down), "click", "1")

    def close_window(self) -> int:
        """Close the window in front by its frame; returns the program's exit code."""
        self.keys("alt+F4")
        deadline = time.monotonic() + _PATIENCE
        while (code := self._program.exit_code) is None:
            if time.monotonic() > deadline:
                raise NotSeenError(f"The window did not close.\n{self.describe('not-closed')}")
            time.sleep(_POLL_SECONDS)
        return code

    # -- tables --------------------------------------------------------------------------------

    def table(self, name: str, *, window: str = "", seconds: float = _PATIENCE) -> Table:
        """Find a table or a list with columns."""
        return Table(self, self._wait_for(name, BIG, window, seconds), self._session)

    def front_table(self, *, window: str) -> Table:
        """The table that shows in a window which shows one at a time."""

        def first() -> Element | None:
            return next((each for each in self.look(window) if each.role in BIG), None)

        return Table(self, self.wait_until(first, f"a table in “{window}”"), self._session)

    # -- inside --------------------------------------------------------------------------------

    def _wait_for(
        self, name: str | re.Pattern[str], roles: frozenset[str], window: str, seconds: float
    ) -> Element:
        def enabled() -> Element | None:
            found = self.find(name, roles, window)
            return found if found is not None and found.has(ENABLED) else None

        words = name if isinstance(name, str) else name.pattern
        return self.wait_until(enabled, f"“{words}” that can be used", seconds)

    def _page_around(self, element: Element) -> Element | None:
        """The web page that something is on; None for the program's own windows."""
        page = None
        for each in self.look():
            if each.role == "web document":
                page = each
            elif page is not None and each.depth <= page.depth:
                page = None
            if each.reference == element.reference:
                return page
        return None

    def _scrolled_to(self, element: Element, page: Element) -> bool:
        """Whether something on a page is in sight; turns the wheel where it is not."""
        view, place = self._session.tree.place(page), self._session.tree.place(element)
        if view is None or place is None:
            return False
        below = place.top + place.height - (view.top + view.height)
        if below <= 0 and place.top >= view.top:
            return True
        across, down = view.centre
        wheel = "5" if below > 0 else "4"
        self._session.do("mousemove", str(across), str(down), "click", wheel)
        return False

    def _settled_place(self, element: Element) -> Place:
        """Wait until a thing has stopped moving, as an eye does before the hand clicks."""
        before: list[Place | None] = [None]

        def settled() -> Place | None:
            now = self._session.tree.place(element)
            is_settled = now is not None and now == before[0]
            before[0] = now
            return now if is_settled else None

        return self.wait_until(settled, f"{element} to stay in its place", 10.0)


class Table:
    """A table on the screen, read by the titles of its columns."""

    def __init__(self, person: Person, element: Element, session: Session) -> None:
        self._person = person
        self._element = element
        self._tree = session.tree

    def rows(self, *columns: str) -> list[tuple[str, ...]]:
        """The texts of all rows, in these columns."""
        headers = self._tree.headers(self._element)
        places = [headers.index(column) for column in columns]
        count = self._tree.row_count(self._element)
        cells = self._tree.cells(self._element, range(count), places)
        return [tuple(cell.name if cell else "" for cell in row) for row in cells]

    def row(self, column: str, text: str, *wanted: str) -> tuple[str, ...] | None:
        """The texts of the first row that has this text in that column."""
        for first, *rest in self.rows(column, *wanted):
            if first == text:
                return tuple(rest)
        return None

    def cell(self, column: str, text: str, in_column: str = "") -> Element | None:
        """A cell of the first row that has this text in that column."""
        headers = self._tree.headers(self._element)
        places = [headers.index(column), headers.index(in_column or column)]
        count = self._tree.row_count(self._element)
        for found, wanted in self._tree.cells(self._element, range(count), places):
            if found is not None and found.name == text:
                return wanted
        return None

    def click_row(self, column: str, text: str) -> None:
        """Click the row that has this text in that column, where it is in sight."""

        def in_sight() -> Element | None:
            found = self.cell(column, text)
            return found if found is not None and found.has(SHOWING) else None

        cell = self._person.wait_until(in_sight, f"a row in sight with {column} “{text}”")
        self._person.click(cell)


def _distance(window: Element, active_programs: set[str]) -> tuple[bool, bool, bool]:
    """How far back a window is: the active one first, then its program's, dialogs over others."""
    is_of_active = window.reference[0] in active_programs
    return (not is_of_active, not window.has(_ACTIVE), window.role != "dialog")
