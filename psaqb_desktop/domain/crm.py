"""What the CRM says about itself: who is signed in, and how its set-up goes on."""

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.domain.identifiers import CrmId


@dataclass(frozen=True, slots=True)
class ProvisionStep:
    """One step of setting the CRM up; ``done`` of ``total`` steps are behind it.

    ``was_there`` tells a step that found its work done already.
    """

    name: str
    done: int
    total: int
    was_there: bool


@dataclass(frozen=True, slots=True)
class CrmUser:
    """Who is signed in to the CRM (WhoAmI)."""

    id: CrmId
    name: str
    email: str = ""
