"""The steps that secure the secret columns and let the right people read them.

System administrators always may. Everybody else needs the field security profile; who lacks it
reads an empty column, not an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.columns import Column, Table
from psaqb_desktop.adapters.dataverse.definitions import column_type
from psaqb_desktop.adapters.dataverse.odata import guid, text
from psaqb_desktop.adapters.dataverse.present_schema import PresentSchema
from psaqb_desktop.adapters.dataverse.schema import PROFILE, TABLES
from psaqb_desktop.adapters.dataverse.schema_steps import IN_SOLUTION, SLOW_SECONDS, Step
from psaqb_desktop.adapters.dataverse.tables import definition

_ALLOWED = 4
_RIGHTS = {"canread": _ALLOWED, "cancreate": _ALLOWED, "canupdate": _ALLOWED}
_DOING = "securing the credentials"


class CredentialSteps:
    """Secures columns, makes the profile, adds the person who sets the CRM up."""

    def __init__(self, client: DataverseClient, present: PresentSchema) -> None:
        self._client = client
        self._present = present

    def steps(self) -> Iterator[Step]:
        """Yield all steps in the order in which they can be carried out."""
        secrets = [(table, column) for table in TABLES for column in table.secrets]
        for table, column in secrets:
            yield self._secure_step(table, column)
        yield Step(f"Profile “{PROFILE}”", lambda: bool(self._profile_id()), self._make_profile)
        for table, column in secrets:
            yield self._permission_step(table, column)
        yield Step(f"You in the profile “{PROFILE}”", self._is_member, self._add_member)

    def _secure_step(self, table: Table, column: Column) -> Step:
        def secure() -> None:
            path = f"{definition(table.name)}/Attributes(LogicalName={text(column.name)})"
            whole = self._client.get(f"{path}/{column_type(column)}", doing=_DOING)
            # A definition is replaced whole; the typed answer leaves its own type out.
            whole.pop("@odata.context", None)
            body = {"@odata.type": column_type(column), **whole, "IsSecured": True}
            headers = {**IN_SOLUTION, "MSCRM.MergeLabels": "true"}
            self._write(Operation("PUT", path, headers, body), is_safe=True)
            self._present.note_secured(table, column.name)

        return Step(
            f"Security of column “{column.label}”",
            lambda: self._present.is_secured(table, column.name),
            secure,
        )

    def _profile_id(self) -> str:
        return self._present.row_id(
            "fieldsecurityprofiles", "fieldsecurityprofileid", "name", PROFILE
        )

    def _make_profile(self) -> None:
        body = {
            "name": PROFILE,
            "description": "May read and write the QuickBooks credentials of connections.",
        }
        self._write(Operation("POST", "fieldsecurityprofiles", body=body))

    def _permission_step(self, table: Table, column: Column) -> Step:
        def is_granted() -> bool:
            row = self._permission(table, column)
            return bool(row) and all(row.get(right) == _ALLOWED for right in _RIGHTS)

        def grant() -> None:
            row = self._permission(table, column)
            if row:
                path = f"fieldpermissions({guid(str(row['fieldpermissionid']))})"
                self._write(Operation("PATCH", path, {"If-Match": "*"}, _RIGHTS), is_safe=True)
                return
            profile = f"/fieldsecurityprofiles({self._profile_id()})"
            body = {
                "fieldsecurityprofileid@odata.bind": profile,
                "entityname": table.name,
                "attributelogicalname": column.name,
                **_RIGHTS,
            }
            self._write(Operation("POST", "fieldpermissions", body=body))

        return Step(f"Permission on “{column.label}”", is_granted, grant)

    def _permission(self, table: Table, column: Column) -> dict[str, Any]:
        profile = self._profile_id()
        if not profile:
            return {}
        options = {
            "$select": "fieldpermissionid,canread,cancreate,canupdate",
            "$filter": f"_fieldsecurityprofileid_value eq {guid(profile)} and "
            f"entityname eq {text(table.name)} and attributelogicalname eq {text(column.name)}",
        }
        rows = self._client.rows("fieldpermissions", options, doing=_DOING)
        return rows[0] if rows else {}

    def _is_member(self) -> bool:
        options = {"$select": "fieldsecurityprofileid"}
        path = f"systemusers({self._user_id()})/systemuserprofiles_association"
        rows = self._client.rows(path, options, doing=_DOING)
        return self._profile_id() in {str(row["fieldsecurityprofileid"]).lower() for row in rows}

    def _add_member(self) -> None:
        profile = self._client.address(f"fieldsecurityprofiles({self._profile_id()})")
        path = f"systemusers({self._user_id()})/systemuserprofiles_association/$ref"
        self._write(Operation("POST", path, body={"@odata.id": profile}))

    def _user_id(self) -> str:
        return guid(str(self._client.get("WhoAmI", doing=_DOING)["UserId"]))

    def _write(self, operation: Operation, *, is_safe: bool = False) -> None:
        self._client.write(operation, doing=_DOING, is_safe=is_safe, timeout=SLOW_SECONDS)
