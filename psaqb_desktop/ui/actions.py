"""The actions of tool bar and menus: words, shortcuts, and why one is not available."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.invoices.choice import Choice
from psaqb_desktop.ui.invoices.surface import Activity
from psaqb_desktop.ui.look import current_colours, tool_icon


class ActionWords(NamedTuple):
    """What an action is called, how it looks, which keys start it, what it does."""

    text: str
    icon: str
    shortcut: str
    explanation: str


_WORDS = {
    "refresh": ActionWords("&Refresh", "refresh", "F5", "Read from the CRM what has changed"),
    "refresh_all": ActionWords(
        "Refresh &everything", "", "Shift+F5", "Read all invoices from the CRM, changed or not"
    ),
    "check": ActionWords("&Check", "check", "F6", "Make drafts and validate; writes nothing"),
    "push": ActionWords(
        "&Push…", "push", "Ctrl+Return", "Post to QuickBooks, after a confirmation per company"
    ),
    "pull": ActionWords(
        "Pull &from QuickBooks", "pull", "F8", "Bring balances, payments and changes back"
    ),
    "pull_all": ActionWords(
        "Compare e&verything with QuickBooks",
        "",
        "Shift+F8",
        "Pull every posted invoice, not only what changed",
    ),
    "try_again": ActionWords(
        "&Try again", "try-again", "Ctrl+T", "Settle unknown outcomes, push failed ones again"
    ),
    "leave_out": ActionWords(
        "&Leave out…", "leave-out", "Ctrl+L", "Do not post, with a reason; can be taken back"
    ),
    "take_back": ActionWords("Take &back", "", "Ctrl+Shift+L", "Undo leaving out"),
    "push_again": ActionWords(
        "Push a&gain…", "", "", "Make a new document where the first was voided or deleted"
    ),
    "accept": ActionWords(
        "&Accept…", "", "", "Take a posted invoice as it stands in QuickBooks; ends its review"
    ),
    "stop": ActionWords(
        "&Stop", "stop", "Ctrl+.", "Finish what is in flight and start nothing new"
    ),
    "find": ActionWords("&Find", "search", "Ctrl+F", "Search number, name, customer or amount"),
    "select_shown": ActionWords("Select &all shown", "", "", "Tick all rows of the grid (Ctrl+A)"),
    "clear_selection": ActionWords("&Clear selection", "", "Ctrl+Shift+A", "Untick everything"),
    "copy": ActionWords("Copy &rows", "copy", "", "Highlighted rows for a spreadsheet (Ctrl+C)"),
    "details": ActionWords("&Details", "details", "F4", "Show one invoice from all sides"),
    "open_quickbooks": ActionWords(
        "Open in &QuickBooks", "open", "Ctrl+Shift+O", "In your browser"
    ),
    "open_crm": ActionWords("Open in the CR&M", "open", "Ctrl+M", "In your browser"),
    "sign_in": ActionWords("Sign &in to the CRM…", "user", "", "With your own account"),
    "sign_out": ActionWords("Sign &out", "", "", "Forget the sign-in on this computer"),
    "set_up": ActionWords("Set &up the CRM…", "", "", "Create the program's own tables"),
}
TOOL_BAR = ("refresh", "check", "push", "pull", "", "try_again", "leave_out", "", "stop")
_NOTHING_CHOSEN = "No invoice is chosen: tick some rows first"
_RUNS = frozenset(
    {
        "refresh",
        "refresh_all",
        "check",
        "push",
        "pull",
        "pull_all",
        "try_again",
        "leave_out",
        "take_back",
    }
    | {"push_again", "accept"}
    | {"sign_in", "sign_out", "set_up"}
)


class InvoiceActions(QObject):
    """All actions by name; :meth:`update` makes them available or tells why not.

    At first none is available, and those of the tool bar have nothing but a picture and words;
    :meth:`complete` gives all of them pictures and keys.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self._dressed: Collection[str] = TOOL_BAR
        for name, words in _WORDS.items():
            action = QAction(words.text, parent)
            action.setIconText(words.text.replace("&", ""))
            action.setEnabled(False)
            self._actions[name] = action

    def complete(self) -> None:
        """Give every action its picture and its keys."""
        for name, words in _WORDS.items():
            if words.shortcut:
                self._actions[name].setShortcut(QKeySequence(words.shortcut))
        self._dressed = _WORDS
        self.dress()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def dress(self) -> None:
        """Take the colours of the application."""
        colours = current_colours()
        for name, words in _WORDS.items():
            if words.icon and name in self._dressed:
                self._actions[name].setIcon(tool_icon(words.icon, colours))

    def update(self, choice: Choice, activity: Activity | None) -> None:
        """Make actions available by what is chosen and what is going on."""
        why_not = _why_not(choice)
        for name, action in self._actions.items():
            reason = why_not.get(name, "")
            if activity is not None and name in _RUNS:
                reason = f"Not while this runs: {activity.words}"
            if name == "stop":
                reason = _why_not_stop(activity)
            action.setEnabled(not reason)
            self._say(action, _WORDS[name], reason)
        count = choice.pushable
        self._count("push", f"Push {count:,}…" if count else "Push…")
        self._count("check", f"Check {count:,}" if count else "Check")

    def _count(self, name: str, words: str) -> None:
        """Name an act with its count. The tool bar would drop the dots of the menu's text."""
        self._actions[name].setText(f"&{words}")
        self._actions[name].setIconText(words)

    @staticmethod
    def _say(action: QAction, words: ActionWords, reason: str) -> None:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = f"{words.explanation} ({keys})" if keys else words.explanation
        action.setToolTip(f"{tip}\n{reason}" if reason else tip)


def _why_not(choice: Choice) -> dict[str, str]:
    """Tell for each action that needs rows why it has none; "" where it has."""
    if not choice.count:
        names = ("check", "push", "push_again", "leave_out", "take_back", "try_again", "copy")
        return dict.fromkeys((*names, "accept", "open_quickbooks", "open_crm"), _NOTHING_CHOSEN)
    chosen = f"Of {plural(choice.count, 'chosen invoice')} none"
    waiting = "" if choice.pushable else f"{chosen} waits to be posted"
    return {
        "check": waiting,
        "push": waiting,
        "leave_out": waiting,
        "try_again": "" if choice.again else f"{chosen} has failed or waits for its outcome",
        "push_again": "" if choice.gone else f"{chosen} was voided or deleted in QuickBooks",
        "accept": "" if choice.to_review else f"{chosen} waits for a review",
        "take_back": "" if choice.left_out else f"{chosen} is left out",
        "open_quickbooks": "" if choice.posted else f"{chosen} is in QuickBooks",
    }


def _why_not_stop(activity: Activity | None) -> str:
    if activity is None:
        return "Nothing is running"
    if activity.is_stopping:
        return "Stopping: what is in flight is being finished"
    return "" if activity.can_stop else "This ends by itself"
