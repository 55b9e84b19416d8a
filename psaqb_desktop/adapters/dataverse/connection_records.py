"""Between a ``psaqb_connection`` row and a :class:`Connection`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from psaqb_desktop.adapters.dataverse import odata
from psaqb_desktop.adapters.dataverse.client import JsonObject
from psaqb_desktop.adapters.dataverse.schema import ENVIRONMENTS, QuickBooksEnvironment
from psaqb_desktop.adapters.dataverse.values import moment, words
from psaqb_desktop.domain.connection import Connection, RouteBy, RoutingRule
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.identifiers import ConnectionId, RealmId


def read_connection(row: JsonObject) -> Connection:
    """Read a row without its secrets."""
    rules, unreadable_rules = read_rules(words(row, "psaqb_rules"))
    environment = ENVIRONMENTS.member(
        row.get("psaqb_environment"), QuickBooksEnvironment.PRODUCTION
    )
    return Connection(
        id=ConnectionId(words(row, "psaqb_connectionid").lower()),
        name=words(row, "psaqb_name"),
        legal_entity=words(row, "psaqb_legalentity"),
        rules=rules,
        quickbooks_environment=environment.value,
        client_id=words(row, "psaqb_clientid"),
        access_token_url=words(row, "psaqb_accesstokenurl"),
        access_api_url=words(row, "psaqb_accessapiurl"),
        realm_id=RealmId(words(row, "psaqb_realmid")),
        company_name=words(row, "psaqb_companyname"),
        country=words(row, "psaqb_country"),
        home_currency=words(row, "psaqb_homecurrency"),
        has_client_secret=bool(row.get("psaqb_hasclientsecret")),
        has_refresh_token=bool(row.get("psaqb_hasrefreshtoken")),
        refresh_token_issued=moment(row, "psaqb_tokenissued"),
        refresh_token_expires=moment(row, "psaqb_tokenexpires"),
        refresh_token_hard_expires=moment(row, "psaqb_tokenhardexpires"),
        lease_holder=words(row, "psaqb_leaseholder"),
        lease_until=moment(row, "psaqb_leaseuntil"),
        mapping_text=words(row, "psaqb_mapping"),
        needs_sign_in=bool(row.get("psaqb_needssignin")),
        version=words(row, odata.ETAG),
        unreadable_rules=unreadable_rules,
    )


def connection_body(connection: Connection) -> JsonObject:
    """Return everything that people decide: no secret, no lease, no token dates."""
    environment = QuickBooksEnvironment(connection.quickbooks_environment)
    return {
        "psaqb_name": connection.name[:200],
        "psaqb_legalentity": connection.legal_entity,
        "psaqb_rules": _rules_text(connection) or None,
        "psaqb_environment": ENVIRONMENTS.value(environment),
        "psaqb_clientid": connection.client_id or None,
        "psaqb_accesstokenurl": connection.access_token_url or None,
        "psaqb_accessapiurl": connection.access_api_url or None,
        "psaqb_realmid": connection.realm_id or None,
        "psaqb_companyname": connection.company_name[:200] or None,
        "psaqb_country": connection.country or None,
        "psaqb_homecurrency": connection.home_currency or None,
        "psaqb_mapping": connection.mapping_text or None,
    }


def token_body(tokens: TokenAnswer) -> JsonObject:
    """Return the refresh token with its dates."""
    return {
        "psaqb_refreshtoken": tokens.refresh_token,
        "psaqb_hasrefreshtoken": True,
        "psaqb_tokenissued": odata.moment(tokens.received),
        "psaqb_tokenexpires": odata.moment(tokens.refresh_token_expires),
        "psaqb_tokenhardexpires": _moment(tokens.refresh_token_hard_expires),
        "psaqb_needssignin": False,
    }


NO_LEASE: JsonObject = {"psaqb_leaseholder": None, "psaqb_leaseuntil": None}
NO_TOKENS: JsonObject = {
    "psaqb_refreshtoken": None,
    "psaqb_hasrefreshtoken": False,
    "psaqb_tokenissued": None,
    "psaqb_tokenexpires": None,
    "psaqb_tokenhardexpires": None,
    "psaqb_needssignin": False,
}


def _moment(value: datetime | None) -> str | None:
    return odata.moment(value) if value else None


def _rules_text(connection: Connection) -> str:
    """Return all rules; those that could not be read stay for whoever corrects them."""
    return "\n".join(filter(None, (write_rules(connection.rules), *connection.unreadable_rules)))


def write_rules(rules: Iterable[RoutingRule]) -> str:
    """Write routing rules a line each: ``contracting-unit = Alder Finch London``."""
    return "\n".join(f"{rule.by.value} = {rule.value}".rstrip(" =") for rule in rules)


def read_rules(text: str) -> tuple[tuple[RoutingRule, ...], tuple[str, ...]]:
    """Read what :func:`write_rules` wrote, or an administrator typed.

    Returns the rules, and the lines that name no known fact: a mistake in one connection must not
    keep the others from being read.
    """
    rules: list[RoutingRule] = []
    unreadable: list[str] = []
    for line in text.splitlines():
        fact, _, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        try:
            rules.append(RoutingRule(RouteBy(fact.casefold()), value))
        except ValueError:
            unreadable.append(line.strip())
    return tuple(rules), tuple(unreadable)
