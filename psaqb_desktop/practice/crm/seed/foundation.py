"""What must be there before any business: people, units, currencies, products, roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from psaqb_desktop.practice.crm.identity.people import APPLICATION, PEOPLE
from psaqb_desktop.practice.crm.seed.planter import Planter
from psaqb_desktop.practice.group import GROUP, ITEMS

ROOT_UNIT = "Alder & Finch Group"
ORGANIZATION_ID = "0c3e9a54-7d21-4f8b-9e60-1f2a3b4c5d6e"
_CURRENCIES = (
    ("USD", "US Dollar", "$", Decimal(1)),
    ("EUR", "Euro", "€", Decimal("0.92")),
    ("GBP", "Pound Sterling", "£", Decimal("0.79")),
    ("CAD", "Canadian Dollar", "CA$", Decimal("1.37")),
)


@dataclass
class Foundation:
    """Ids by the names under which the rest of the seed knows things."""

    units: dict[str, str] = field(default_factory=dict)
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    price_levels: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    resources: list[str] = field(default_factory=list)
    hour: str = ""
    piece: str = ""


def plant_foundation(planter: Planter) -> Foundation:
    """Plant organization-wide rows."""
    foundation = Foundation()
    _plant_units_and_people(planter, foundation)
    for code, name, symbol, rate in _CURRENCIES:
        foundation.currencies[code] = planter.add(
            "transactioncurrency",
            {
                "currencyname": name,
                "isocurrencycode": code,
                "currencysymbol": symbol,
                "currencyprecision": 2,
                "exchangerate": rate,
            },
        )
    planter.add(
        "organization",
        {
            "organizationid": ORGANIZATION_ID,
            "name": "Alder & Finch practice CRM",
            "basecurrencyid": foundation.currencies["USD"],
            "languagecode": 1033,
            "pricingdecimalprecision": 2,
            "isauditenabled": True,
        },
    )
    _plant_solutions(planter)
    _plant_catalogue(planter, foundation)
    _plant_project_lists(planter, foundation)
    return foundation


def _plant_units_and_people(planter: Planter, foundation: Foundation) -> None:
    root = planter.add("businessunit", {"name": ROOT_UNIT})
    foundation.units[ROOT_UNIT] = root
    for name in sorted({entity.business_unit for entity in GROUP}):
        foundation.units[name] = planter.add(
            "businessunit", {"name": name, "parentbusinessunitid": root}
        )
    _plant_members(planter, root)
    planter.author = PEOPLE[0].user_id
    foundation.owners[ROOT_UNIT] = (PEOPLE[0].user_id, root)
    _plant_offices(planter, foundation)


def _plant_members(planter: Planter, root: str) -> None:
    roles: dict[str, str] = {}
    for person in (*PEOPLE, APPLICATION):
        if person.role is None:
            continue
        first, _, last = person.name.partition(" ")
        planter.add(
            "systemuser",
            {
                "systemuserid": person.user_id,
                "fullname": person.name,
                "firstname": first,
                "lastname": last,
                "internalemailaddress": person.email,
                "domainname": person.email,
                "azureactivedirectoryobjectid": person.object_id,
                "businessunitid": root,
                "isdisabled": False,
            },
        )
        planter.add("usersettings", {"systemuserid": person.user_id, "timezonecode": 4})
        if person.role not in roles:
            roles[person.role] = planter.add(
                "role", {"name": person.role.value, "businessunitid": root}
            )
        planter.connection.execute(
            "INSERT INTO systemuserroles_association VALUES (?, ?)",
            (person.user_id, roles[person.role]),
        )


def _plant_offices(planter: Planter, foundation: Foundation) -> None:
    for name in sorted(set(foundation.units) - {ROOT_UNIT}):
        owner = planter.add(
            "systemuser",
            {
                "fullname": f"Project office {name}",
                "firstname": "Project office",
                "lastname": name,
                "internalemailaddress": f"projects.{name.lower()}@alderfinch.example",
                "businessunitid": foundation.units[name],
                "isdisabled": False,
            },
        )
        foundation.owners[name] = (owner, foundation.units[name])
    for code, name in ((4, "Pacific Standard Time"), (85, "GMT Standard Time")):
        planter.add(
            "timezonedefinition",
            {"standardname": name, "userinterfacename": name, "timezonecode": code},
        )


def _plant_solutions(planter: Planter) -> None:
    publisher = planter.add(
        "publisher",
        {
            "uniquename": "DefaultPublisherPractice",
            "friendlyname": "Default Publisher for practice",
            "customizationprefix": "new",
            "customizationoptionvalueprefix": 10000,
        },
    )
    planter.add(
        "solution",
        {
            "uniquename": "Default",
            "friendlyname": "Default Solution",
            "version": "1.0",
            "ismanaged": False,
            "isvisible": False,
            "publisherid": publisher,
        },
    )


def _plant_catalogue(planter: Planter, foundation: Foundation) -> None:
    schedule = planter.add("uomschedule", {"name": "Default Unit", "baseuomname": "Primary Unit"})
    unit = {"uomscheduleid": schedule, "quantity": 1}
    foundation.piece = planter.add("uom", unit | {"name": "Primary Unit"})
    foundation.hour = planter.add("uom", unit | {"name": "Hour"})
    for code, currency_id in foundation.currencies.items():
        foundation.price_levels[code] = planter.add(
            "pricelevel", {"name": f"Sales prices {code}", "transactioncurrencyid": currency_id}
        )
    for number, item in enumerate(ITEMS, 1):
        if item.crm_kind != "product":
            continue
        foundation.products[item.crm_name] = planter.add(
            "product",
            {
                "name": item.crm_name,
                "productnumber": f"P-{number:04}",
                "producttypecode": 3,
                "productstructure": 1,
                "price": item.unit_price,
                "quantitydecimal": 2,
                "defaultuomid": foundation.piece,
                "defaultuomscheduleid": schedule,
                "transactioncurrencyid": foundation.currencies["USD"],
            },
        )


def _plant_project_lists(planter: Planter, foundation: Foundation) -> None:
    owner = foundation.owners[ROOT_UNIT]
    for item in ITEMS:
        if item.crm_kind == "role":
            foundation.roles[item.crm_name] = planter.add(
                "bookableresourcecategory", {"name": item.crm_name}, owner=owner
            )
        elif item.crm_kind == "category":
            foundation.categories[item.crm_name] = planter.add(
                "msdyn_transactioncategory",
                {"msdyn_name": item.crm_name, "msdyn_billingtype": 192350001},
                owner=owner,
            )
    for name in ("Priya Raman", "Łukasz Nowak", "Chloë Dubois", "Tom Baker", "Sofía Peña"):
        foundation.resources.append(
            planter.add(
                "bookableresource",
                {"name": name},
                created=planter.now + timedelta(days=3),
                owner=owner,
            )
        )
