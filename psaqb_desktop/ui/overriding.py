"""``@override`` marks Qt's own method names; it means something to type checkers only.

It is in ``typing`` from Python 3.12 on. Until then it would be the one thing that the program wants
of ``typing_extensions``, whose import takes four milliseconds of the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

__all__ = ["override"]

if TYPE_CHECKING:
    from typing_extensions import override
else:
    Method = TypeVar("Method")

    def override(method: Method) -> Method:
        """Return the method as it is."""
        return method
