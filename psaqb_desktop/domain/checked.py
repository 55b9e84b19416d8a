"""The outcome of a check."""

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.invoice import Invoice


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of checking one invoice: a draft if it can go, and all its findings."""

    invoice: Invoice
    connection: Connection | None
    draft: Draft | None
    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        """A draft exists and nothing blocks it."""
        return self.draft is not None and not any(f.is_blocker for f in self.findings)
