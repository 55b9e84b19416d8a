"""The ``Prefer`` header: what a caller wants and what the answer says was done."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field

PAGE_CAP = 5000
FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
LOOKUP_NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
_PART = re.compile(r'([\w.\-]+)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]*)))?')


@dataclass
class Preferences:
    """One request's preferences."""

    page_size: int | None = None
    annotations: tuple[str, ...] = ()
    wants_representation: bool = False
    tracks_changes: bool = False
    continues_on_error: bool = False
    applied: list[str] = field(default_factory=list)

    def includes(self, annotation: str) -> bool:
        """Whether an annotation was asked for, by name or wildcard."""
        return any(fnmatch.fnmatchcase(annotation, wanted) for wanted in self.annotations)


def read_preferences(header: str | None) -> Preferences:
    """Understand a ``Prefer`` header; unknown preferences are ignored as HTTP asks."""
    found = Preferences()
    for name, quoted, plain in _PART.findall(header or ""):
        _take(found, name.lower(), quoted or plain)
    return found


def _take(found: Preferences, name: str, value: str) -> None:
    if name == "odata.maxpagesize" and value.isdecimal() and int(value) > 0:
        found.page_size = min(int(value), PAGE_CAP)
        found.applied.append(f"odata.maxpagesize={value}")
    elif name == "odata.include-annotations":
        found.annotations = tuple(part.strip() for part in value.split(",") if part.strip())
        found.applied.append(f'odata.include-annotations="{value}"')
    elif name == "return" and value == "representation":
        found.wants_representation = True
        found.applied.append("return=representation")
    elif name == "odata.track-changes":
        found.tracks_changes = True
        found.applied.append("odata.track-changes")
    elif name == "odata.continue-on-error":
        found.continues_on_error = True
