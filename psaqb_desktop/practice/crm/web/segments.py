"""The path of a Web API call in its parts."""

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.practice.crm.odata.text import name_and_brackets, split_outside

_NAMESPACE = "Microsoft.Dynamics.CRM."


@dataclass(frozen=True)
class Segment:
    """One part between slashes: ``name`` or ``name(inside)``."""

    name: str
    inside: str | None

    @property
    def operation(self) -> str | None:
        """Name of the action or function, when the part is qualified as one."""
        return self.name.removeprefix(_NAMESPACE) if self.name.startswith(_NAMESPACE) else None


def read_segments(path: str) -> list[Segment]:
    """Take a path apart.

    Raises:
        ApiError: Quotes or brackets do not close.
    """
    return [Segment(*name_and_brackets(part)) for part in split_outside(path, "/")]
