"""Whether a connection may be used here: its kind of QuickBooks, and its two addresses.

A CRM sandbox copied from production brings production's connections along. Using one would post
to live books and take production's refresh token away, so a connection works only in an
environment of the kind that it was made in.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import (
    INTUIT_API_URL,
    INTUIT_HOSTS,
    Environment,
    EnvironmentKind,
    may_receive_secrets,
)

_API_PATHS = frozenset({"", "/v3", "/v3/company"})
"""What people copy from Intuit's pages behind the host; anything else would send calls astray."""

OTHER_KIND_REMEDY = (
    "If this CRM was copied from another one, delete the copied connection here and make a new "
    "one; otherwise correct the QuickBooks environment in the CRM's connection record."
)


def other_kind_problem(connection: Connection, kind: EnvironmentKind) -> str:
    """Say that a connection belongs to another kind of environment; empty when it belongs here."""
    theirs = connection.quickbooks_environment
    if theirs == kind.value:
        return ""
    return (
        f"This connection belongs to {theirs} QuickBooks, and this environment is for "
        f"{kind.value}. It is not used here, and no token is asked for."
    )


def is_api_address(url: str, environment: Environment) -> bool:
    """Tell whether the Accounting API may be called at ``url``: a trusted origin, nothing behind.

    A path or query would be put before the company's own path, and could lead each call to
    another company.
    """
    address = url.strip()
    if not may_receive_secrets(address, environment) or "?" in address or "#" in address:
        return False
    return urlsplit(address).path.rstrip("/") in _API_PATHS


def is_token_address(url: str, environment: Environment) -> bool:
    """Tell whether secrets may be sent to ``url`` for a token: no query, no fragment."""
    address = url.strip()
    return may_receive_secrets(address, environment) and "?" not in address and "#" not in address


def address_problem(connection: Connection, environment: Environment) -> str:
    """Say which address of a connection cannot be used here, and why; empty when both can."""
    for what, url, is_usable in (
        ("Access Token URL", connection.access_token_url, is_token_address),
        ("Access API URL", connection.access_api_url, is_api_address),
    ):
        if not is_usable(url, environment):
            return f"The {what} “{url}” {_why(url, environment)}"
    return ""


def _why(url: str, environment: Environment) -> str:
    address = url.strip()
    if may_receive_secrets(address, environment):
        return f"has more behind its host than such an address has (compare {INTUIT_API_URL})."
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        host = ""
    if host in INTUIT_HOSTS:
        return f"cannot be used as it stands in a {environment.kind.value} environment."
    return "is not one of Intuit's addresses and is not trusted here."
