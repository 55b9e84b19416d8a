"""Companies, contracting units, customers, projects and contracts, with their gaps.

Most contracts name the owning company and the contracting unit. Some name only the unit, some
neither, so that the business unit decides; one framework contract leads nowhere at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psaqb_desktop.practice.crm.seed.foundation import ROOT_UNIT, Foundation
from psaqb_desktop.practice.crm.seed.planter import Planter
from psaqb_desktop.practice.group import GROUP, CustomerSeed, LegalEntitySeed

UNIT_ONLY = frozenset({3, 5})
"""Customers (by place in their entity's list) whose contract names no company."""
NO_COMPANY_NO_UNIT = frozenset({7})
_TOPICS = (
    "ERP rollout",
    "Data platform",
    "Support",
    "Store opening",
    "Migration",
    "Audit",
    "Portal",
)


@dataclass
class Contract:
    """One contract with what its invoices need."""

    contract_id: str
    name: str
    entity: LegalEntitySeed
    customer: CustomerSeed
    customer_id: str
    project_id: str
    line_ids: list[str] = field(default_factory=list)
    unit_id: str | None = None
    owner: tuple[str, str] = ("", "")
    is_unroutable: bool = False


def plant_parties(planter: Planter, foundation: Foundation) -> list[Contract]:
    """Plant everyone who is invoiced and what was agreed with them."""
    contracts: list[Contract] = []
    for entity in GROUP:
        company = planter.add(
            "cdm_company", {"cdm_name": entity.name, "cdm_companycode": entity.code}
        )
        units = [
            planter.add(
                "msdyn_organizationalunit",
                {
                    "msdyn_name": name,
                    "msdyn_currency": foundation.currencies[entity.home_currency],
                },
            )
            for name in entity.contracting_units
        ]
        for place, customer in enumerate(entity.customers):
            customer_id = _plant_customer(planter, foundation, entity, customer, place, company)
            has_unit = place not in NO_COMPANY_NO_UNIT
            links = {
                "msdyn_contractorganizationalunitid": units[place % len(units)]
                if has_unit
                else None,
                "msdyn_owningcompany": None if place in UNIT_ONLY | NO_COMPANY_NO_UNIT else company,
            }
            name = f"{customer.name} – {_TOPICS[place % len(_TOPICS)]}"
            contracts.append(
                _plant_contract(planter, foundation, entity, customer, customer_id, name, links)
            )
    contracts.append(_plant_framework(planter, foundation, contracts[0]))
    return contracts


def _plant_customer(
    planter: Planter,
    foundation: Foundation,
    entity: LegalEntitySeed,
    customer: CustomerSeed,
    place: int,
    company: str,
) -> str:
    address = customer.address
    values: dict[str, Any] = {
        "emailaddress1": customer.email,
        "transactioncurrencyid": foundation.currencies[customer.currency],
        "msdyn_company": company,
        "address1_line1": address.line1,
        "address1_city": address.city,
        "address1_stateorprovince": address.region or None,
        "address1_postalcode": address.postal_code,
        "address1_country": address.country,
        "address1_composite": _composite(customer),
        "paymenttermscode": (1, 3, 4)[place % 3],
    }
    owner = foundation.owners[entity.business_unit]
    if customer.kind == "account":
        number = f"{entity.country}-{1000 + place}"
        values |= {"name": customer.name, "accountnumber": number}
        return planter.add("account", values, owner=owner)
    first, _, last = customer.name.rpartition(" ")
    values |= {"fullname": customer.name, "firstname": first, "lastname": last}
    return planter.add("contact", values, owner=owner)


def _composite(customer: CustomerSeed) -> str:
    address = customer.address
    town = " ".join(part for part in (address.postal_code, address.city, address.region) if part)
    return f"{address.line1}\r\n{town}\r\n{address.country}"


def _plant_contract(  # noqa: PLR0913, PLR0917 - who, for whom, what and how it is routed
    planter: Planter,
    foundation: Foundation,
    entity: LegalEntitySeed,
    customer: CustomerSeed,
    customer_id: str,
    name: str,
    links: dict[str, str | None],
) -> Contract:
    owner = foundation.owners[entity.business_unit]
    project_id = planter.add(
        "msdyn_project",
        {
            "msdyn_subject": name.partition(" – ")[2] + f" {entity.country}",
            "msdyn_customer": customer_id if customer.kind == "account" else None,
            **links,
        },
        owner=owner,
    )
    currency = {"transactioncurrencyid": foundation.currencies[customer.currency]}
    contract_id = planter.add(
        "salesorder",
        {
            "name": name,
            "ordernumber": f"ORD-{entity.country}-{planter.random.randrange(10000, 99999)}",
            "customerid": (customer.kind, customer_id),
            "pricelevelid": foundation.price_levels[customer.currency],
            "msdyn_ordertype": 192350001,
            "billto_name": customer.name,
            "billto_line1": customer.address.line1,
            "billto_city": customer.address.city,
            **links,
            **currency,
        },
        owner=owner,
    )
    lines = _plant_contract_lines(planter, contract_id, project_id, currency, owner)
    return Contract(
        contract_id,
        name,
        entity,
        customer,
        customer_id,
        project_id,
        lines,
        links["msdyn_contractorganizationalunitid"],
        owner,
    )


def _plant_contract_lines(
    planter: Planter,
    contract_id: str,
    project_id: str,
    currency: dict[str, str],
    owner: tuple[str, str],
) -> list[str]:
    return [
        planter.add(
            "salesorderdetail",
            {
                "salesorderdetailname": title,
                "productdescription": title,
                "isproductoverridden": True,
                "salesorderid": contract_id,
                "lineitemnumber": place,
                "msdyn_billingmethod": method,
                "msdyn_project": project_id,
                **currency,
            },
            owner=owner,
        )
        for place, (title, method) in enumerate(
            (("Services", 192350000), ("Expenses", 192350000), ("Milestones", 192350001)), 1
        )
    ]


def _plant_framework(planter: Planter, foundation: Foundation, like: Contract) -> Contract:
    links: dict[str, str | None] = {
        "msdyn_contractorganizationalunitid": None,
        "msdyn_owningcompany": None,
    }
    contract = _plant_contract(
        planter,
        foundation,
        like.entity,
        like.customer,
        like.customer_id,
        f"{like.customer.name} – Group framework",
        links,
    )
    contract.owner = foundation.owners[ROOT_UNIT]
    contract.is_unroutable = True
    return contract
