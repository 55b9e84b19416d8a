"""Imports PySide6 without what it brings along for its developers.

Two things, both seen in PySide 6.11 (``shibokensupport``, which lies in its library as source):

- It compiles and runs ``signature.lib.pyi_generator`` and ``enum_sig``, which write stub files and
  which nothing else asks for. That is a sixth of the work until a bare window stands.
- It puts a function of its own in the place of ``__import__``, which searches the source of each
  imported module for the word PySide6, to know where ``from __feature__ import snake_case`` may
  apply (``feature_imported``). Nothing here uses that. It costs half a millisecond a module, and
  the memory of all sources, for they stay in ``linecache``.

Where a later PySide does without, nothing is lost by this.
"""

from __future__ import annotations

import builtins
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_SUPPORT = "shibokensupport"
_FOR_DEVELOPERS = (
    f"{_SUPPORT}.signature.lib.enum_sig",
    f"{_SUPPORT}.signature.lib.pyi_generator",
)


def use_plain_imports() -> None:
    """Import PySide6, and leave imports to Python from then on."""
    plain = getattr(builtins, "__orig_import__", builtins.__import__)

    def without_generators(name: str, *rest: Any, **named: Any) -> Any:
        # Each time: PySide begins by taking out of ``sys.modules`` what is there of its own.
        if name.startswith(_SUPPORT):
            for each in _FOR_DEVELOPERS:
                if each not in sys.modules:
                    sys.modules[each] = _empty(each)
        return plain(name, *rest, **named)

    builtins.__import__ = without_generators
    try:
        import PySide6  # noqa: F401, PLC0415
    finally:
        builtins.__import__ = plain


def _empty(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    return module
