"""What a screen reader sees: the accessible objects of all running programs, over D-Bus (AT-SPI).

Read in bulk: all questions about one level of the tree leave before the first answer is awaited,
so that a whole window takes some ten round trips. Only what is showing is followed; tables and
lists are read cell by cell on demand, as they may have thousands of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_COMPONENT = "org.a11y.atspi.Component"
_TABLE = "org.a11y.atspi.Table"
_TEXT = "org.a11y.atspi.Text"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_ROOT = "/org/a11y/atspi/accessible/root"
_ANSWER_SECONDS = 20.0
_DEEPEST = 60

Reference = tuple[str, str]
Call = tuple[Reference, str, str, str | None, tuple[Any, ...]]

CHECKED, EDITABLE, ENABLED, FOCUSED, SELECTED, SHOWING = 4, 7, 8, 12, 23, 25
BIG = frozenset({"table", "tree", "tree table", "list", "list box"})
"""Roles whose children are cells."""


@dataclass(frozen=True)
class Place:
    """Where something is on the screen, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        """Where one would click."""
        return self.left + self.width // 2, self.top + self.height // 2


@dataclass(frozen=True)
class Element:
    """One accessible object as it was when it was read."""

    reference: Reference
    role: str
    name: str
    states: int
    depth: int = 0

    def has(self, state: int) -> bool:
        """Whether it is in a state."""
        return bool(self.states >> state & 1)

    def __str__(self) -> str:
        marks = [
            word
            for state, word in ((CHECKED, "checked"), (FOCUSED, "focused"), (SELECTED, "selected"))
            if self.has(state)
        ]
        marks += [] if self.has(ENABLED) else ["disabled"]
        return f"{'  ' * self.depth}{self.role} “{self.name}” {' '.join(marks)}".rstrip()


class AccessibleTree:
    """Asks the accessibility bus of a session."""

    def __init__(self, session_bus: str) -> None:
        with open_dbus_connection(session_bus) as session:
            address = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            answer = session.send_and_get_reply(
                new_method_call(address, "GetAddress"), timeout=_ANSWER_SECONDS
            )
        self._bus: DBusConnection = open_dbus_connection(answer.body[0])

    def close(self) -> None:
        """Leave the bus."""
        self._bus.close()

    def showing(self) -> list[Element]:
        """Everything that is on the screen, window by window, in reading order."""
        programs = self._children([("org.a11y.atspi.Registry", _ROOT)])[0]
        found: list[Element] = []
        level = [(reference, 0) for reference in programs]
        children: dict[Reference, list[Reference]] = {}
        elements: dict[Reference, Element] = {}
        for depth in range(_DEEPEST):
            read = self._read([reference for reference, _ in level], depth)
            for element in read:
                elements[element.reference] = element
            wanted = [e.reference for e in read if e.role not in BIG]
            level = []
            for parent, below in zip(wanted, self._children(wanted), strict=True):
                children[parent] = below
                level += [(child, depth + 1) for child in below if child not in elements]
            if not level:
                break
        pending = list(reversed(programs))
        while pending:
            reference = pending.pop()
            if reference in elements:
                found.append(elements.pop(reference))
                pending += reversed(children.get(reference, []))
        return found

    def place(self, element: Element) -> Place | None:
        """Where an element is on the screen; None when it is gone or has no place."""
        answer = self._ask([(element.reference, _COMPONENT, "GetExtents", "u", (0,))])[0]
        if answer is None:
            return None
        place = Place(*answer[0])
        return place if place.width > 0 and place.height > 0 else None

    def again(self, element: Element) -> Element | None:
        """The same object as it is now; None when it is gone."""
        read = self._read([element.reference], element.depth)
        return read[0] if read else None

    def text(self, element: Element) -> str:
        """What is written in a field."""
        answer = self._ask([(element.reference, _TEXT, "GetText", "ii", (0, -1))])[0]
        return str(answer[0]) if answer else ""

    def headers(self, table: Element) -> list[str]:
        """The titles of a table's columns."""
        columns = self._number(table, "NColumns")
        calls: list[Call] = [
            (table.reference, _TABLE, "GetColumnDescription", "i", (place,))
            for place in range(columns)
        ]
        return [str(answer[0]) if answer else "" for answer in self._ask(calls)]

    def row_count(self, table: Element) -> int:
        """How many rows a table has now."""
        return self._number(table, "NRows")

    def cells(
        self, table: Element, rows: Iterable[int], columns: Sequence[int]
    ) -> list[list[Element | None]]:
        """The cells of rows, by place; None where there is none any more."""
        places = list(rows)
        calls: list[Call] = [
            (table.reference, _TABLE, "GetAccessibleAt", "ii", (row, column))
            for row in places
            for column in columns
        ]
        references = [tuple(answer[0]) if answer else ("", "") for answer in self._ask(calls)]
        read = {e.reference: e for e in self._read(references, table.depth + 1, hidden=True)}
        cells = [read.get(reference) for reference in references]
        width = len(columns)
        return [cells[start : start + width] for start in range(0, len(cells), width)]

    def children(self, element: Element) -> list[Element]:
        """What is directly under an element, hidden or not."""
        return self._read(self._children([element.reference])[0], element.depth + 1, hidden=True)

    # -- the bus -------------------------------------------------------------------------------

    def _read(
        self, references: Sequence[Reference], depth: int, *, hidden: bool = False
    ) -> list[Element]:
        """Read elements in bulk; those that are gone are left out, as are hidden ones."""
        real = [reference for reference in references if reference[0]]
        calls: list[Call] = []
        for reference in real:
            calls += [
                (reference, _ACCESSIBLE, "GetRoleName", None, ()),
                (reference, _PROPERTIES, "Get", "ss", (_ACCESSIBLE, "Name")),
                (reference, _ACCESSIBLE, "GetState", None, ()),
            ]
        answers = self._ask(calls)
        found = []
        for place, reference in enumerate(real):
            role, name, state = answers[3 * place : 3 * place + 3]
            if role is None or name is None or state is None:
                continue
            states = sum(part << 32 * number for number, part in enumerate(state[0]))
            element = Element(reference, str(role[0]), str(name[0][1]), states, depth)
            if hidden or element.has(SHOWING) or element.role == "application":
                found.append(element)
        return found

    def _children(self, references: Sequence[Reference]) -> list[list[Reference]]:
        calls: list[Call] = [(r, _ACCESSIBLE, "GetChildren", None, ()) for r in references]
        return [
            [(name, path) for name, path in answer[0]] if answer else []
            for answer in self._ask(calls)
        ]

    def _number(self, element: Element, what: str) -> int:
        answer = self._ask([(element.reference, _PROPERTIES, "Get", "ss", (_TABLE, what))])[0]
        return int(answer[0][1]) if answer else 0

    def _ask(self, calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
        """Ask many questions at once; None stands for one that was not answered."""
        waiting: dict[int, int] = {}
        answers: list[tuple[Any, ...] | None] = [None] * len(calls)
        for place, (reference, interface, method, signature, body) in enumerate(calls):
            address = DBusAddress(reference[1], reference[0], interface)
            serial = next(self._bus.outgoing_serial)
            self._bus.send(new_method_call(address, method, signature, body), serial=serial)
            waiting[serial] = place
        while waiting:
            try:
                message = self._bus.receive(timeout=_ANSWER_SECONDS)
            except TimeoutError:  # a program that hangs or has just died
                return answers
            kind = message.header.message_type
            if kind not in {MessageType.method_return, MessageType.error}:
                continue
            asked = waiting.pop(message.header.fields.get(5), None)  # 5: the reply's serial
            if asked is not None and kind is MessageType.method_return:
                answers[asked] = message.body
        return answers
