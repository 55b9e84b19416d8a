"""Troubles that QuickBooks has now and then, by name, for fault plans and the bad-day page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psaqb_desktop.practice.faults import OwnFaults
from psaqb_desktop.practice.quickbooks import exact_json
from psaqb_desktop.practice.quickbooks.fault_bodies import (
    ApiFault,
    gateway_body,
    permission_removed,
    system_failure,
)
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.tokens import TokenRegister

_API = "/v3/*"
_TOKENS = "/oauth2/v1/tokens/bearer"
_LIMIT_REACHED = "The request limit was reached.  Try again later"
_SORRY = (
    "<!doctype html><html><head><title>503 Service Unavailable</title></head>"
    "<body><h1>We're sorry, QuickBooks is down for maintenance.</h1></body></html>"
)


def own_faults(service: PracticeQuickBooks) -> OwnFaults:
    """Names and events of this service."""
    return OwnFaults(
        named=_NAMED,
        events={
            "expire_access_tokens": _on_tokens(
                service, lambda register, realm: register.expire(realm, "access")
            ),
            "revoke_grant": _on_tokens(service, TokenRegister.revoke_realm),
            "age_refresh_tokens": _on_tokens(service, TokenRegister.age),
            "spoil_batch_item": lambda _: setattr(service.work, "spoils_item", True),
        },
    )


def _on_tokens(
    service: PracticeQuickBooks, act: Callable[[TokenRegister, str], int]
) -> Callable[[str], None]:
    """Acts on the company that a path names, on all of them where it names none."""

    def event(path: str) -> None:
        parts = path.split("/")
        named = parts[3] if path.startswith("/v3/company/") and len(parts) > 3 else None
        realms = [named] if named else [company.realm for company in service.companies()]
        with service.tokens() as register:
            for realm in realms:
                act(register, realm)

    return event


def _fault_text(fault: ApiFault) -> str:
    return exact_json.dumps({"Fault": fault.as_json(), "time": "2026-01-07T09:19:21.923-08:00"})


def _status(status: int, body: str, **more: Any) -> dict[str, Any]:
    return {"fault": "status", "status": status, "body": body, "path": _API, **more}


_THROTTLED = exact_json.dumps(
    gateway_body(3001, "ThrottleExceeded", 429, _LIMIT_REACHED, "SERVICE")
)
_NAMED: dict[str, dict[str, Any]] = {
    "internal_error": _status(500, _fault_text(system_failure("practice"))),
    "server_error": _status(500, "Internal Server Error", headers={"Content-Type": "text/plain"}),
    "batch_item_throttled": {
        "fault": "event",
        "event": "spoil_batch_item",
        "method": "POST",
        "path": "/v3/*/batch",
    },
    "throttled": _status(429, _THROTTLED),
    "throttled_with_retry_after": _status(429, _THROTTLED, headers={"Retry-After": "2"}),
    "unavailable": _status(503, _SORRY, headers={"Content-Type": "text/html"}),
    "token_expired": {"fault": "event", "event": "expire_access_tokens", "path": _API},
    "grant_revoked": {"fault": "event", "event": "revoke_grant", "path": _API},
    "rotation_lost": {"fault": "drop_after", "event": "age_refresh_tokens", "path": _TOKENS},
    "permission_removed": _status(401, _fault_text(permission_removed()), times=None),
}
