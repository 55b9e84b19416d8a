"""Editing connections: names, routing rules, addresses and the mapping; never the secrets."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from psaqb_desktop.domain.connection import Connection, RouteBy, RoutingRule
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import SettingsError
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.invoice import CrmReference
from psaqb_desktop.domain.listing import InvoiceList
from psaqb_desktop.domain.mapping import default_mapping_text, mapping_problems
from psaqb_desktop.services.ports import ConnectionStore


class EditConnection:
    """Makes and changes connection records."""

    def __init__(self, *, environment: Environment, connections: ConnectionStore) -> None:
        self._environment = environment
        self._connections = connections

    def new(self, name: str, legal_entity: str) -> Connection:
        """Return an unsaved connection with the environment's addresses filled in."""
        return Connection(
            id=ConnectionId(str(uuid.uuid4())),
            name=name,
            legal_entity=legal_entity,
            rules=(RoutingRule(RouteBy.OWNING_COMPANY, legal_entity),) if legal_entity else (),
            quickbooks_environment=self._environment.kind.value,
            access_token_url=self._environment.default_token_url,
            access_api_url=self._environment.default_api_url,
        )

    def save(self, connection: Connection) -> Connection:
        """Store a connection.

        Raises:
            SettingsError: name or legal entity is missing, or the legal entity has one already.
            StaleRecordError: somebody else changed it meanwhile.
        """
        if not connection.name.strip() or not connection.legal_entity.strip():
            raise SettingsError(
                "A connection needs a name and the code of its legal entity.",
                remedy="Fill in both.",
            )
        for other in self._connections.connections():
            if (
                other.id != connection.id
                and other.legal_entity.casefold() == connection.legal_entity.casefold()
            ):
                raise SettingsError(
                    f"Legal entity {connection.legal_entity} has a connection already: "
                    f"{other.name}.",
                    remedy="Open that connection instead.",
                )
        return self._connections.save(connection)

    def mapping_text(self, connection: Connection) -> str:
        """Return the mapping as text for people; the defaults where none is stored."""
        return connection.mapping_text or default_mapping_text()

    def check_mapping(self, text: str) -> list[str]:
        """Return what is wrong with a mapping text; empty when it can be stored."""
        return mapping_problems(text)

    def save_mapping(self, connection: Connection, text: str) -> Connection:
        """Store a mapping.

        Raises:
            SettingsError: it has problems; nothing was stored.
        """
        problems = mapping_problems(text)
        if problems:
            raise SettingsError(" ".join(problems), remedy="Correct the mapping and save again.")
        current = self._connections.connection(connection.id)
        return self._connections.save(replace(current, mapping_text=text))

    def suggested(self, listed: InvoiceList) -> tuple[Connection, ...]:
        """Propose connections for legal entities that invoices name and that have none yet.

        The owning company is the legal entity; contracting units that occur with it, or alone,
        become further rules, so that contracts without an owning company are routed too.
        """
        taken = {c.legal_entity.casefold() for c in listed.connections}
        companies: dict[str, CrmReference] = {}
        units: dict[str, dict[str, CrmReference]] = {}
        for row in listed.rows:
            company = row.invoice.routing.owning_company
            if company is None:
                continue
            code = company.code or company.name
            if code.casefold() in taken:
                continue
            companies[code] = company
            unit = row.invoice.routing.contracting_unit
            if unit is not None:
                units.setdefault(code, {})[unit.id] = unit
        return tuple(
            self._proposed(code, company, _only_own(code, units))
            for code, company in sorted(companies.items())
        )

    def _proposed(
        self, code: str, company: CrmReference, units: tuple[CrmReference, ...]
    ) -> Connection:
        rules = [RoutingRule(RouteBy.OWNING_COMPANY, code)]
        for unit in units:
            rules.append(RoutingRule(RouteBy.CONTRACTING_UNIT, unit.name))
            rules.append(RoutingRule(RouteBy.LINE_UNIT, unit.name))
        return replace(self.new(company.name, code), rules=tuple(rules))


def _only_own(
    code: str, units: Mapping[str, Mapping[str, CrmReference]]
) -> tuple[CrmReference, ...]:
    """Return the units that occur with this company and with no other."""
    others = {key for other, found in units.items() if other != code for key in found}
    own = [unit for key, unit in units.get(code, {}).items() if key not in others]
    return tuple(sorted(own, key=lambda unit: unit.name))
