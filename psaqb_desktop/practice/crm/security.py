"""Who asks, what their role allows and which secured columns they may see."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from psaqb_desktop.practice.crm.errors import SECURED_COLUMN, ApiError, privilege_missing
from psaqb_desktop.practice.crm.schema.model import Column, Table

_ALLOWED = 4


class Role(StrEnum):
    """What a user may do; a coarse picture of security roles."""

    ADMINISTRATOR = "System Administrator"
    ACCOUNTANT = "Practice Accountant"
    READER = "Practice Reader"


@dataclass(frozen=True)
class Caller:
    """The user on whose behalf a request runs."""

    user_id: str
    business_unit_id: str
    role: Role
    name: str


class Rights:
    """Answers of the security system for one caller during one request."""

    def __init__(self, caller: Caller, connection: sqlite3.Connection) -> None:
        self.caller = caller
        self._connection = connection
        self._permissions: dict[tuple[str, str], tuple[bool, bool, bool]] | None = None

    def demand(self, action: str, table: Table) -> None:
        """Refuse an action (Create, Write, Delete, Append) that the role does not allow.

        Raises:
            ApiError: 403 with the code of a missing privilege.
        """
        role = self.caller.role
        if role is Role.ADMINISTRATOR:
            return
        if role is Role.ACCOUNTANT and (table.is_custom or table.logical_name in _OPEN_TO_ALL):
            return
        if role is Role.ACCOUNTANT and table.logical_name == "invoice" and action == "Write":
            return
        raise privilege_missing(self.caller.user_id, action, table.schema_name)

    def demand_customization(self, action: str) -> None:
        """Refuse changes of the schema to anyone but administrators.

        Raises:
            ApiError: 403 with the code of a missing privilege.
        """
        if self.caller.role is not Role.ADMINISTRATOR:
            raise privilege_missing(self.caller.user_id, action, "")

    def may_read(self, table: Table, column: Column) -> bool:
        """Whether the caller sees the column's values or nulls."""
        return not column.is_secured or self._allowed(table, column)[0]

    def demand_column(self, table: Table, column: Column, *, creating: bool) -> None:
        """Refuse to write a secured column without permission.

        Raises:
            ApiError: 403 with the code of column security.
        """
        if not column.is_secured or self._allowed(table, column)[1 if creating else 2]:
            return
        wanted = "create" if creating else "update"
        message = (
            f"Caller user with Id {self.caller.user_id} does not have {wanted} permissions to the "
            f"following secured attribute(s) of the {table.logical_name} entity: "
            f"{column.logical_name}"
        )
        raise ApiError(403, SECURED_COLUMN, message)

    def _allowed(self, table: Table, column: Column) -> tuple[bool, bool, bool]:
        if self.caller.role is Role.ADMINISTRATOR:
            return True, True, True
        if self._permissions is None:
            self._permissions = self._read_permissions()
        key = (table.logical_name, column.logical_name)
        return self._permissions.get(key, (False, False, False))

    def _read_permissions(self) -> dict[tuple[str, str], tuple[bool, bool, bool]]:
        rows = self._connection.execute(
            "SELECT p.entityname, p.attributelogicalname, max(p.canread), max(p.cancreate), "
            "max(p.canupdate) FROM fieldpermission p "
            "WHERE p.fieldsecurityprofileid IN ("
            "SELECT second FROM systemuserprofiles_association WHERE first = ? "
            "UNION SELECT t.second FROM teamprofiles_association t "
            "JOIN teammembership_association m ON m.second = t.first WHERE m.first = ?) "
            "GROUP BY 1, 2",
            (self.caller.user_id, self.caller.user_id),
        )
        return {
            (row[0], row[1]): (row[2] == _ALLOWED, row[3] == _ALLOWED, row[4] == _ALLOWED)
            for row in rows
        }


_OPEN_TO_ALL = frozenset({"annotation"})
