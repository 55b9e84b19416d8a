"""Refusals of the Web API with the platform's codes."""

from __future__ import annotations

from collections.abc import Mapping

NOT_FOUND = "0x80040217"
KEY_NOT_FOUND = "0x80060891"
DUPLICATE_KEY = "0x80060892"
DUPLICATE_ID = "0x80040237"
UNKNOWN_IN_QUERY = "0x80060888"
UNKNOWN_IN_PAYLOAD = "0x80048d19"
STRING_TOO_LONG = "0x80044331"
CHOICE_OUT_OF_RANGE = "0x8004431A"
PRIVILEGE_MISSING = "0x80040220"
SECURED_COLUMN = "0x8004f507"
NOT_A_MEMBER = "0x80072560"
PLUGIN_REFUSED = "0x80040265"
INVALID_ARGUMENT = "0x80040203"
DUPLICATE_DETECTED = "0x80040333"
VERSION_MISMATCH = "0x80060882"
CUSTOMIZATION_LOCK = "0x80071151"
INVALID_STATE = "0x80048408"
NOT_TRACKED = "0x80072491"
STAMP_EXPIRED = "0x80044352"
REQUEST_LIMIT = "0x80072322"
TIME_LIMIT = "0x80072321"
CONCURRENCY_LIMIT = "0x80072326"


class ApiError(Exception):
    """One refusal: HTTP status, platform code, message and extra headers."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def body(self) -> dict[str, dict[str, str]]:
        """The JSON body of the refusal."""
        return {"error": {"code": self.code, "message": self.message}}


def unknown_property(name: str, table: str) -> ApiError:
    """A query names a property that the table does not have."""
    message = f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'."
    return ApiError(400, UNKNOWN_IN_QUERY, message)


def unknown_segment(name: str) -> ApiError:
    """A path names an entity set or operation that does not exist."""
    return ApiError(404, UNKNOWN_IN_QUERY, f"Resource not found for the segment '{name}'.")


def bad_query(message: str) -> ApiError:
    """A query option cannot be read."""
    return ApiError(400, UNKNOWN_IN_QUERY, message)


def bad_payload(message: str) -> ApiError:
    """A body names unknown properties or holds values of the wrong type."""
    return ApiError(
        400, UNKNOWN_IN_PAYLOAD, f"Error identified in Payload provided by the user. {message}"
    )


def not_found(table: str, row_id: str) -> ApiError:
    """There is no row with this id."""
    return ApiError(404, NOT_FOUND, f"Entity '{table}' With Id = {row_id} Does Not Exist")


def privilege_missing(user_id: str, action: str, table: str) -> ApiError:
    """The caller's roles do not allow this."""
    message = f"Principal user (Id={user_id}) is missing prv{action}{table} privilege"
    return ApiError(403, PRIVILEGE_MISSING, message)
