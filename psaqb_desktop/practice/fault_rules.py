"""Which call is to fail, and how: the rules of a fault plan."""

from __future__ import annotations

import dataclasses
import random
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, get_args, get_type_hints

FAULTS = ("drop_before", "drop_after", "half_answer", "delay", "delay_after", "status", "event")


class RuleError(ValueError):
    """A rule that cannot be followed."""


@dataclass(frozen=True)
class FaultRule:
    """Fails calls that match ``method``, ``path`` and ``query`` (patterns as of a shell).

    Attributes:
        fault: drop_before: the connection closes, nothing was done. drop_after: the service has
            done its work, but its answer is lost. half_answer: the answer breaks off in the
            middle. delay and delay_after: the service works, before or after ``seconds``.
            status: ``status``, ``headers`` and ``body`` instead of the answer.
        skip: So many matching calls are let through first.
        times: So many calls fail then; None fails all of them.
        commit: With ``status``, the service does its work before its answer is replaced.
        probability: So often a matching call fails, by the draw of a generator that starts at
            ``seed``: the same calls in the same order meet the same fate.
        seed: None draws differently each time.
        event: Something that befalls the service just before this call, such as the end of its
            tokens; the fault ``event`` is nothing but that.
        label: Rules with the same label are taken away together.
    """

    fault: str
    method: str = "*"
    path: str = "*"
    query: str = "*"
    skip: int = 0
    times: int | None = 1
    status: int = 503
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    commit: bool = False
    probability: float = 1.0
    seed: int | None = None
    event: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise RuleError(f"fault must be one of {', '.join(FAULTS)}, not {self.fault!r}")
        if not 0 <= self.probability <= 1:
            raise RuleError(f"probability is between 0 and 1, not {self.probability!r}")

    @classmethod
    def from_json(cls, data: Any) -> FaultRule:
        """Reads one rule as it was posted.

        Raises:
            RuleError: A key is unknown or a value has the wrong type.
        """
        if not isinstance(data, dict) or "fault" not in data:
            raise RuleError("a rule is an object with at least the key 'fault'")
        hints = get_type_hints(cls)
        for name, value in data.items():
            if name not in hints:
                raise RuleError(f"unknown key {name!r}")
            _check_type(name, value, hints[name])
        if "probability" in data:
            # Drawn by lot, and then only once? Nobody means that.
            data = {"times": None, **data}
        return cls(**data)


def _check_type(name: str, value: object, hint: Any) -> None:
    if hint is float:
        wanted: tuple[type, ...] = (int, float)
    elif name == "headers":
        wanted = (dict,)
    else:
        wanted = get_args(hint) or (hint,)
    if not isinstance(value, wanted):
        raise RuleError(f"{name!r} has the wrong type: {value!r}")


class FaultPlan:
    """The rules in force; safe to use from many threads.

    Each call counts against the first rule that matches it and is not used up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[_Counted] = []

    def add(self, rule: FaultRule) -> None:
        """Puts a rule behind the others."""
        with self._lock:
            self._rules.append(
                _Counted(rule, rule.skip, rule.times, random.Random(rule.seed))  # noqa: S311
            )

    def add_json(self, data: Any) -> None:
        """Adds one posted rule, or a list of them: all or none."""
        posted = data if isinstance(data, list) else [data]
        for rule in [FaultRule.from_json(item) for item in posted]:
            self.add(rule)

    def take(self, method: str, path: str, query: str = "") -> FaultRule | None:
        """The rule that fails this call, counted down; None lets the call through."""
        with self._lock:
            for counted in self._rules:
                if not counted.matches(method, path, query):
                    continue
                if counted.to_skip > 0:
                    counted.to_skip -= 1
                    return None
                if not counted.draws():
                    continue
                if counted.times_left is not None:
                    counted.times_left -= 1
                counted.fired += 1
                return counted.rule
        return None

    def remove(self, label: str) -> None:
        """Forgets the rules that have this label."""
        with self._lock:
            self._rules = [each for each in self._rules if each.rule.label != label]

    def clear(self) -> None:
        """Forgets all rules."""
        with self._lock:
            self._rules.clear()

    def as_json(self) -> dict[str, Any]:
        """The rules with what is left of them."""
        with self._lock:
            return {
                "rules": [
                    {
                        **dataclasses.asdict(counted.rule),
                        "skip_left": counted.to_skip,
                        "times_left": counted.times_left,
                        "fired": counted.fired,
                    }
                    for counted in self._rules
                ]
            }


@dataclass
class _Counted:
    rule: FaultRule
    to_skip: int
    times_left: int | None
    lots: random.Random
    fired: int = 0

    def draws(self) -> bool:
        """Whether this call is one that fails."""
        return self.rule.probability >= 1 or self.lots.random() < self.rule.probability

    def matches(self, method: str, path: str, query: str) -> bool:
        used_up = self.times_left is not None and self.times_left <= 0
        return (
            not used_up
            and fnmatchcase(method, self.rule.method)
            and fnmatchcase(path, self.rule.path)
            and fnmatchcase(query, self.rule.query)
        )
