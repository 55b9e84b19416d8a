"""Keeps PySide from reading the source of every module that is imported after it.

PySide puts a function of its own in the place of ``__import__``. It searches the source of each
imported module for the word PySide6, to know where ``from __feature__ import snake_case`` may apply
(``shibokensupport/feature.py``, ``feature_imported``). Nothing here uses that, and it costs half a
millisecond a module and the memory of all sources, which stay in ``linecache``.
"""

from __future__ import annotations

import builtins


def use_plain_imports() -> None:
    """Import PySide6, and give imports back to Python."""
    import PySide6  # noqa: F401, PLC0415 - it is what puts its own in place

    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain
