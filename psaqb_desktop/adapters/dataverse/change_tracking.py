"""Change tracking: which invoices changed or were deleted, as the CRM itself keeps track of it.

Where the table is tracked and the user reads all of it, a first reading of all keys ends with a
delta link, and the link answers what changed since, deletions included (reference ``dataverse.md``
2.13). Where it is not, or the link has grown too old, the CRM refuses: then only a comparison of
all keys finds deletions.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from psaqb_desktop.adapters.dataverse.client import DataverseClient, JsonObject
from psaqb_desktop.adapters.dataverse.odata import ETAG
from psaqb_desktop.adapters.dataverse.values import words
from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.refreshing import InvoiceVersions

_PAGE_SIZE = 5000
_DOING = "looking for changed invoices"
_KEYS = {"$select": "invoiceid"}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrackedChanges:
    """What a delta link answered; ``delta_link`` is empty where it is good no longer."""

    versions: Mapping[InvoiceId, str]
    deleted: frozenset[InvoiceId]
    delta_link: str


class InvoiceTracking:
    """Asks for keys and versions only: five thousand invoices are one short answer."""

    def __init__(self, client: DataverseClient) -> None:
        self._client = client

    def versions(self) -> InvoiceVersions:
        """Return the version of each invoice, and a delta link where the CRM gives one."""
        try:
            return self._versions(_KEYS, "odata.track-changes")
        except RequestRejectedError as error:
            log.info("the CRM keeps no track of changed invoices: %s", error.details)
            return self._versions(_KEYS | {"$orderby": "invoiceid"}, "")

    def _versions(self, options: Mapping[str, str], wish: str) -> InvoiceVersions:
        versions: dict[InvoiceId, str] = {}
        link = ""
        for body in self._client.bodies(
            "invoices", options, doing=_DOING, page_size=_PAGE_SIZE, wish=wish
        ):
            for row in body.get("value", ()):
                versions[InvoiceId(words(row, "invoiceid").lower())] = words(row, ETAG)
            link = words(body, "@odata.deltaLink")
        return InvoiceVersions(versions, link)

    def since(self, delta_link: str) -> TrackedChanges:
        """Return what changed since a delta link was given."""
        if not delta_link:
            return TrackedChanges({}, frozenset(), "")
        versions: dict[InvoiceId, str] = {}
        deleted: set[InvoiceId] = set()
        link = ""
        try:
            for body in self._client.bodies_from(delta_link, doing=_DOING, page_size=_PAGE_SIZE):
                for row in body.get("value", ()):
                    _take(row, versions, deleted)
                link = words(body, "@odata.deltaLink")
        except RequestRejectedError as error:
            log.info("the delta link is good no longer: %s", error.details)
            return TrackedChanges({}, frozenset(), "")
        return TrackedChanges(versions, frozenset(deleted), link)


def _take(row: JsonObject, versions: dict[InvoiceId, str], deleted: set[InvoiceId]) -> None:
    if key := words(row, "invoiceid").lower():
        versions[InvoiceId(key)] = words(row, ETAG)
    elif found := _GUID.search(words(row, "id")):
        deleted.add(InvoiceId(found[0].lower()))
