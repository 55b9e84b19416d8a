"""What a practice service was asked: counts per kind of call, and the latest calls."""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

_KEPT = 2000
_SECRET_KEYS = frozenset(
    {
        "access_token",
        "assertion",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "id_token",
        "password",
        "refresh_token",
        "state",
        "token",
    }
)
_IN_PARENTHESES = re.compile(r"\([^)]*\)")
_IDENTIFIER = re.compile(r"\d+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class CallLog:
    """Counts for ever, remembers the latest calls; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._calls: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def add(
        self,
        *,
        method: str,
        path: str,
        query: str,
        status: int,
        seconds: float,
        fault: str | None,
    ) -> None:
        """Notes one call; status 0 stands for a call that got no answer."""
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": method,
            "path": path,
            "query": _without_secrets(query),
            "status": status,
            "seconds": round(seconds, 6),
            "fault": fault,
        }
        with self._lock:
            self._counts[f"{method} {path_pattern(path)}"] += 1
            self._calls.append(entry)

    def clear(self) -> None:
        """Starts over."""
        with self._lock:
            self._counts.clear()
            self._calls.clear()

    def as_json(self) -> dict[str, Any]:
        """Counts per method and path pattern, and the latest calls, oldest first."""
        with self._lock:
            return {
                "total": self._counts.total(),
                "counts": dict(sorted(self._counts.items())),
                "calls": list(self._calls),
            }


def path_pattern(path: str) -> str:
    """The path with a star for each number, GUID and key: ``/v3/company/*/invoice/*``."""
    keyless = _IN_PARENTHESES.sub("(*)", path)
    return "/".join("*" if _IDENTIFIER.fullmatch(part) else part for part in keyless.split("/"))


def _without_secrets(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(
        [(name, "***" if name.lower() in _SECRET_KEYS else value) for name, value in pairs],
        safe="*$,'()",
    )
