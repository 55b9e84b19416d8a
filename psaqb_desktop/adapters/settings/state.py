"""state.json: window sizes, column widths, the last environment. Nobody would miss it."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

from psaqb_desktop.adapters.settings.durable_file import replace_file

_log = logging.getLogger(__name__)


class StateFile:
    """Named JSON values that outlive the window. Neither method ever raises for the file's sake."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def read(self, key: str, default: Any = None) -> Any:
        """Return the value, or the default where none (or a broken file) is there."""
        with self._lock:
            return self._load().get(key, default)

    def write(self, key: str, value: Any) -> None:
        """Keep a JSON value; None forgets it."""
        with self._lock:
            state = self._load()
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
            try:
                replace_file(self._path, json.dumps(state, indent=1, sort_keys=True))
            except OSError as error:
                _log.warning("The window's state could not be kept (%r).", error)

    def _load(self) -> dict[str, Any]:
        try:
            state = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning("The window's state cannot be read (%r); it starts afresh.", error)
            return {}
        return state if isinstance(state, dict) else {}
