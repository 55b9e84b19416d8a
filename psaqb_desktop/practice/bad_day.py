"""A bad day: troubles that a person switches on, to see how a program takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psaqb_desktop.practice.fault_rules import FaultPlan
from psaqb_desktop.practice.faults import OwnFaults

_LABEL = "bad day: "

Troubles = Mapping[str, tuple[str, Mapping[str, Any]]]
"""By name: how a trouble reads on the page, and the rule that it stands for."""


class BadDay:
    """The troubles of one service, as far as they are switched on in its fault plan."""

    def __init__(self, own: OwnFaults, plan: FaultPlan, troubles: Troubles) -> None:
        self._own = own
        self._plan = plan
        self._troubles = troubles

    def struck(self) -> dict[str, int]:
        """How often each trouble that is switched on has struck."""
        return {
            rule["label"].removeprefix(_LABEL): rule["fired"]
            for rule in self._plan.as_json()["rules"]
            if rule["label"].startswith(_LABEL)
        }

    def choose(self, names: Iterable[str]) -> list[str]:
        """Switch these troubles on and the others off; names that nobody knows are passed over."""
        for name in self._troubles:
            self._plan.remove(_LABEL + name)
        chosen = [name for name in names if name in self._troubles]
        # A call meets the first rule that strikes it: slowness comes last, or nothing else would.
        for name in sorted(chosen, key=self._is_slowness):
            rule = {**self._troubles[name][1], "label": _LABEL + name}
            self._plan.add_json(self._own.spelt_out(rule))
        return chosen

    def _is_slowness(self, name: str) -> bool:
        return bool(self._troubles[name][1]["fault"] == "delay")
