"""The ``psaqb_link`` table: which QuickBooks list entry a CRM record means, per company."""

from __future__ import annotations

from collections.abc import Sequence

from psaqb_desktop.adapters.dataverse import odata
from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.client import DataverseClient, JsonObject
from psaqb_desktop.adapters.dataverse.faults import error_of
from psaqb_desktop.adapters.dataverse.schema import LINK
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.adapters.dataverse.values import moment, words
from psaqb_desktop.domain.errors import UnreadableAnswerError
from psaqb_desktop.domain.identifiers import CrmId, QuickBooksId, RealmId, link_record_id
from psaqb_desktop.domain.links import Link, LinkKind

_SELECT = ",".join(LINK.properties)
_WRITING = "storing links"


class DataverseLinks:
    """Reads and writes links. Keys are derived, so repeating a write does no harm."""

    def __init__(self, client: DataverseClient, tables: OurTables) -> None:
        self._client = client
        self._tables = tables

    def links(self, realm_id: RealmId) -> tuple[Link, ...]:
        """Return all links of a company."""
        options = {
            "$select": _SELECT,
            "$filter": f"psaqb_realmid eq {odata.text(realm_id)}",
            "$orderby": LINK.id_column,
        }
        rows = self._client.rows(self._tables.path(LINK), options, doing="reading links")
        return tuple(_read(row) for row in rows)

    def save(self, links: Sequence[Link]) -> None:
        """Create or replace links, in bulk."""
        self._run([Operation("PATCH", self._path(link), body=_body(link)) for link in links])

    def remove(self, links: Sequence[Link]) -> None:
        """Delete links; those that are gone already are fine."""
        self._run([Operation("DELETE", self._path(link)) for link in links])

    def _path(self, link: Link) -> str:
        return self._tables.record(
            LINK, link_record_id(link.realm_id, link.kind.value, link.crm_key)
        )

    def _run(self, operations: Sequence[Operation]) -> None:
        answers = self._client.batch(operations, doing=_WRITING, is_safe=True)
        for operation, answer in zip(operations, answers, strict=True):
            is_gone = operation.method == "DELETE" and answer.status == 404
            if answer.status >= 400 and not is_gone:
                raise error_of(answer, doing=_WRITING, is_write=False)


def _read(row: JsonObject) -> Link:
    kind = words(row, "psaqb_kind")
    try:
        link_kind = LinkKind(kind)
    except ValueError as error:
        raise UnreadableAnswerError(
            f"The link “{words(row, 'psaqb_name')}” is of an unknown kind, {kind!r}.",
            remedy="Update the program: a newer one may have written this link.",
        ) from error
    return Link(
        realm_id=RealmId(words(row, "psaqb_realmid")),
        kind=link_kind,
        crm_key=words(row, "psaqb_crmkey"),
        crm_name=words(row, "psaqb_name"),
        quickbooks_id=QuickBooksId(words(row, "psaqb_quickbooksid")),
        quickbooks_name=words(row, "psaqb_quickbooksname"),
        confirmed_by=words(row, "psaqb_confirmedby"),
        confirmed_on=moment(row, "psaqb_confirmedon"),
        id=CrmId(words(row, "psaqb_linkid").lower()),
    )


def _body(link: Link) -> JsonObject:
    return {
        "psaqb_name": link.crm_name[:400] or link.crm_key[:300],
        "psaqb_realmid": link.realm_id,
        "psaqb_kind": link.kind.value,
        "psaqb_crmkey": link.crm_key,
        "psaqb_quickbooksid": link.quickbooks_id or None,
        "psaqb_quickbooksname": link.quickbooks_name[:500] or None,
        "psaqb_confirmedby": link.confirmed_by[:200] or None,
        "psaqb_confirmedon": odata.moment(link.confirmed_on) if link.confirmed_on else None,
    }
