"""Troubles that a CRM has now and then, by name, for fault plans."""

from __future__ import annotations

import json
from typing import Any

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.errors import (
    CONCURRENCY_LIMIT,
    CUSTOMIZATION_LOCK,
    PRIVILEGE_MISSING,
    REQUEST_LIMIT,
)
from psaqb_desktop.practice.crm.identity.people import APPLICATION, PEOPLE
from psaqb_desktop.practice.crm.identity.tokens import TokenStore
from psaqb_desktop.practice.crm.security import Role
from psaqb_desktop.practice.faults import OwnFaults

_API = "/api/data/*"
_SORRY = (
    "<!doctype html><html><head><title>503 Service Unavailable</title></head>"
    "<body><h1>Service Unavailable</h1></body></html>"
)


def own_faults(environment: Environment, store: TokenStore) -> OwnFaults:
    """Names and events of the practice CRM."""

    def lock(_path: str) -> None:
        environment.options.customization_locked = True

    def demote(_path: str) -> None:
        for person in (*PEOPLE, APPLICATION):
            if person.role is not None:
                environment.roles[person.user_id] = Role.READER

    return OwnFaults(
        named=_NAMED,
        events={
            "expire_access_tokens": lambda _path: _revoke(store, "access"),
            "revoke_grant": lambda _path: _revoke(store, "access", "refresh"),
            "remove_permission": demote,
            "lock_schema": lock,
        },
    )


def _revoke(store: TokenStore, *kinds: str) -> None:
    for kind in kinds:
        store.revoke(kind)


def _status(status: int, code: str, message: str, **more: Any) -> dict[str, Any]:
    body = json.dumps({"error": {"code": code, "message": message}})
    return {"fault": "status", "status": status, "body": body, "path": _API, **more}


def _event(name: str) -> dict[str, Any]:
    return {"fault": "event", "event": name, "path": _API}


_NAMED: dict[str, dict[str, Any]] = {
    "throttled": _status(
        429,
        REQUEST_LIMIT,
        "Number of requests exceeded the limit of 6000 over the time window of 300 seconds.",
        headers={"Retry-After": "2"},
    ),
    "throttled_without_time": _status(
        429,
        REQUEST_LIMIT,
        "Number of requests exceeded the limit of 6000 over the time window of 300 seconds.",
    ),
    "too_many_at_once": _status(
        429,
        CONCURRENCY_LIMIT,
        "Number of concurrent requests exceeded the limit of 52.",
        headers={"Retry-After": "2"},
    ),
    "customization_lock": _status(
        429,
        CUSTOMIZATION_LOCK,
        "Cannot start another [EntityCustomization] because there is a previous "
        "[EntityCustomization] running at this moment. Use Solution History for more details.",
    ),
    "privilege_missing": _status(
        403, PRIVILEGE_MISSING, "Principal user is missing prvReadInvoice privilege"
    ),
    "internal_error": _status(500, "0x80040216", "An unexpected error occurred."),
    "unavailable": {
        "fault": "status",
        "status": 503,
        "body": _SORRY,
        "headers": {"Content-Type": "text/html"},
        "path": _API,
    },
    "token_expired": _event("expire_access_tokens"),
    "grant_revoked": _event("revoke_grant"),
    "permission_removed": _event("remove_permission"),
    "import_running": _event("lock_schema"),
}
