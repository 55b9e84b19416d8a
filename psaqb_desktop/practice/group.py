"""The make-believe company group that both practice services are seeded from.

One declaration, read by the practice CRM and by practice QuickBooks, so that customers, items and
rates agree where an accountant would expect it, and differ where real books differ: a name spelt
another way, a customer kept in another currency, an item made inactive.

Nothing here is used by the program itself; it meets these facts over HTTP like any others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class TaxRateSeed:
    """One rate of a tax code: percent as a plain number (20 = 20 %)."""

    name: str
    percent: Decimal
    compounds: bool = False


@dataclass(frozen=True)
class TaxCodeSeed:
    """A sales tax code; its rates are taken from the net amount, a compound one from net plus tax."""

    name: str
    description: str
    rates: tuple[TaxRateSeed, ...]


@dataclass(frozen=True)
class AddressSeed:
    """A postal address; ``country`` is the ISO alpha-3 code."""

    line1: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass(frozen=True)
class CustomerSeed:
    """One customer as the CRM and as QuickBooks know it.

    ``quickbooks_name`` is None for a customer whom the books do not have.
    ``quickbooks_currency`` differs from ``currency`` where a person once made a mistake: a
    QuickBooks customer keeps one currency for life.
    """

    name: str
    kind: Literal["account", "contact"]
    currency: str
    email: str
    address: AddressSeed
    quickbooks_name: str | None
    quickbooks_currency: str
    quickbooks_active: bool = True


@dataclass(frozen=True)
class ItemSeed:
    """A product or service; ``crm_kind`` says what stands for it on a CRM invoice line.

    role: resource category of time lines; category: transaction category of expense lines;
    product: catalogue product; classification: milestone and fee lines, which have neither.
    """

    name: str
    crm_kind: Literal["role", "category", "product", "classification"]
    crm_name: str
    unit_price: Decimal
    quickbooks_active: bool = True


@dataclass(frozen=True)
class LegalEntitySeed:
    """One legal entity with its QuickBooks company (``realm_id``) and its contracting units."""

    code: str
    name: str
    country: str
    home_currency: str
    realm_id: str
    company_name: str
    contracting_units: tuple[str, ...]
    business_unit: str
    tax_codes: tuple[TaxCodeSeed, ...]
    default_tax_code: str
    customers: tuple[CustomerSeed, ...]
    departments: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    is_multicurrency: bool = True
    uses_custom_numbers: bool = True
    warns_of_duplicate_numbers: bool = True
    time_zone: str = "America/Los_Angeles"
    book_close_date: str | None = None
    exchange_rates: dict[str, Decimal] = field(default_factory=dict)
    has_automated_tax: bool = False
    uses_sales_tax: bool = True
    is_read_only: bool = False


def _rate(name: str, percent: str) -> TaxRateSeed:
    return TaxRateSeed(name, Decimal(percent))


def _address(line1: str, city: str, region: str, postal_code: str, country: str) -> AddressSeed:
    return AddressSeed(line1, city, region, postal_code, country)


def _account(  # noqa: PLR0913 - a table row reads better than a builder
    name: str,
    currency: str,
    email: str,
    address: AddressSeed,
    *,
    quickbooks_name: str | None = "",
    quickbooks_currency: str = "",
    quickbooks_active: bool = True,
) -> CustomerSeed:
    return CustomerSeed(
        name=name,
        kind="account",
        currency=currency,
        email=email,
        address=address,
        quickbooks_name=name if quickbooks_name == "" else quickbooks_name,
        quickbooks_currency=quickbooks_currency or currency,
        quickbooks_active=quickbooks_active,
    )


def _contact(name: str, currency: str, email: str, address: AddressSeed) -> CustomerSeed:
    return CustomerSeed(name, "contact", currency, email, address, name, currency)


TERMS: tuple[tuple[str, int], ...] = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 45", 45), ("Net 60", 60))
"""Names and due days, the same in each company. The CRM's term codes are 1 Net 30, 3 Net 45, 4 Net 60."""

ITEMS: tuple[ItemSeed, ...] = (
    ItemSeed("Consulting", "role", "Consultant", Decimal(120)),
    ItemSeed("Senior Consulting", "role", "Senior Consultant", Decimal(165)),
    ItemSeed("Project Management", "role", "Project Manager", Decimal(140)),
    ItemSeed("Development", "role", "Developer", Decimal("132.50")),
    ItemSeed("Travel", "category", "Travel", Decimal(0)),
    ItemSeed("Subsistence", "category", "Meals & subsistence", Decimal(0)),
    ItemSeed("Project milestone", "classification", "Milestone", Decimal(0)),
    ItemSeed("Project fee", "classification", "Fee", Decimal(0)),
    ItemSeed("Analytics licence", "product", "Analytics licence", Decimal(49)),
    ItemSeed("Training day", "product", "Training day", Decimal(950)),
    ItemSeed("Support retainer", "product", "Support retainer", Decimal(1500)),
    ItemSeed("Legacy hardware", "product", "Legacy hardware", Decimal(310), quickbooks_active=False),
)

US = LegalEntitySeed(
    code="USMF",
    name="Alder & Finch Inc.",
    country="US",
    home_currency="USD",
    realm_id="9341450000000017",
    company_name="Alder & Finch Inc.",
    contracting_units=("Alder Finch US East", "Alder Finch US West"),
    business_unit="Americas",
    tax_codes=(
        TaxCodeSeed("California", "California state and district", (_rate("CA State", "6"), _rate("CA District", "2.25"))),
        TaxCodeSeed("New York", "New York City combined", (_rate("NY State", "4"), _rate("NY City", "4.875"))),
        TaxCodeSeed("Out of state", "No sales tax", (_rate("Out of state", "0"),)),
    ),
    default_tax_code="California",
    departments=("New York", "San Francisco"),
    classes=("Advisory", "Delivery"),
    customers=(
        _account("Fabrikam Residences", "USD", "ap@fabrikam.example", _address("1 Market St", "San Francisco", "CA", "94105", "USA")),
        _account("Proseware, Inc.", "USD", "payables@proseware.example", _address("45 Wall St", "New York", "NY", "10005", "USA"), quickbooks_name="Proseware Inc"),
        _account("Adatum Corporation", "USD", "ap@adatum.example", _address("200 Lake Dr", "Chicago", "IL", "60601", "USA")),
        _account("Café Olé Holdings", "USD", "contas@cafeole.example", _address("9 Calle Ocho", "Miami", "FL", "33135", "USA")),
        _account("Wide World Importers", "USD", "ap@wwi.example", _address("77 Harbor Way", "Seattle", "WA", "98101", "USA"), quickbooks_name="Wide World Importers (new)"),
        _account("O'Hara & Sons", "USD", "books@ohara.example", _address("12 Shamrock Rd", "Boston", "MA", "02108", "USA")),
        _account("Blue Yonder Airlines", "USD", "ap@blueyonder.example", _address("Gate 4, Airport Blvd", "Denver", "CO", "80249", "USA"), quickbooks_name=None),
        _contact("Maria Campbell", "USD", "maria@campbell.example", _address("8 Elm St", "Austin", "TX", "78701", "USA")),
    ),
    exchange_rates={"EUR": Decimal("1.09"), "GBP": Decimal("1.27"), "CAD": Decimal("0.73")},
)

GB = LegalEntitySeed(
    code="GBSI",
    name="Alder & Finch Ltd",
    country="GB",
    home_currency="GBP",
    realm_id="9341450000000025",
    company_name="Alder & Finch Ltd",
    contracting_units=("Alder Finch London", "Alder Finch Leeds"),
    business_unit="EMEA",
    tax_codes=(
        TaxCodeSeed("20.0% S", "Standard rate", (_rate("VAT 20%", "20"),)),
        TaxCodeSeed("5.0% R", "Reduced rate", (_rate("VAT 5%", "5"),)),
        TaxCodeSeed("0.0% Z", "Zero rated", (_rate("VAT 0%", "0"),)),
        TaxCodeSeed("Exempt", "Exempt from VAT", (_rate("VAT exempt", "0"),)),
        TaxCodeSeed("No VAT", "Outside the scope of VAT", (_rate("No VAT", "0"),)),
    ),
    default_tax_code="20.0% S",
    departments=("London", "Leeds"),
    classes=("EMEA", "Public sector"),
    time_zone="Europe/London",
    customers=(
        _account("Nordwind Logistics plc", "GBP", "ap@nordwind.example", _address("30 Fleet St", "London", "", "EC4Y 1AA", "GBR")),
        _account("Contoso Wales Cyf", "GBP", "cyfrifon@contoso.example", _address("2 Heol y Frenhines", "Caerdydd", "", "CF10 2AA", "GBR")),
        _account("Ælfgifu & Søn Ltd", "GBP", "accounts@aelfgifu.example", _address("5 Minster Yard", "York", "", "YO1 7HH", "GBR")),
        _account("Litware Leeds Ltd", "GBP", "finance@litware.example", _address("18 The Calls", "Leeds", "", "LS2 7EW", "GBR"), quickbooks_name="Litware (Leeds) Limited"),
        _account("Tailspin Dublin DAC", "EUR", "ap@tailspin.example", _address("7 Merrion Sq", "Dublin", "", "D02 K7K3", "IRL"), quickbooks_name="Tailspin Dublin DAC (EUR)"),
        _account("Lucerne Publishing AG", "EUR", "buchhaltung@lucerne.example", _address("Seestr. 14", "Luzern", "", "6003", "CHE"), quickbooks_currency="GBP"),
        _account("Trey Research Ltd", "GBP", "ap@trey.example", _address("11 Science Park", "Cambridge", "", "CB4 0FN", "GBR"), quickbooks_active=False),
        _contact("Sir Alistair Quill", "GBP", "quill@quill.example", _address("The Old Rectory", "Bath", "", "BA1 1AA", "GBR")),
    ),
    exchange_rates={"EUR": Decimal("0.85"), "USD": Decimal("0.79")},
)

CA = LegalEntitySeed(
    code="CAMO",
    name="Alder et Finch Canada Inc.",
    country="CA",
    home_currency="CAD",
    realm_id="9341450000000033",
    company_name="Alder et Finch Canada Inc.",
    contracting_units=("Alder Finch Toronto", "Alder Finch Montréal"),
    business_unit="Americas",
    tax_codes=(
        TaxCodeSeed("HST ON", "Ontario 13 %", (_rate("HST ON", "13"),)),
        TaxCodeSeed("GST/QST QC", "Québec 5 % + 9.975 %", (_rate("GST", "5"), _rate("QST", "9.975"))),
        TaxCodeSeed("GST/PST BC", "British Columbia 5 % + 7 %", (_rate("GST BC", "5"), _rate("PST BC", "7"))),
        TaxCodeSeed("GST", "GST only, 5 %", (_rate("GST only", "5"),)),
        TaxCodeSeed("Zero-rated", "Zero-rated supplies", (_rate("GST 0", "0"),)),
        TaxCodeSeed("Exempt", "Exempt supplies", (_rate("Exempt", "0"),)),
        TaxCodeSeed("GST/QST QC to 2012", "Québec 5 %, then 9.5 % on amount and GST", (_rate("GST to 2012", "5"), TaxRateSeed("QST to 2012", Decimal("9.5"), compounds=True))),
    ),
    default_tax_code="HST ON",
    departments=("Toronto", "Montréal"),
    classes=("Canada",),
    time_zone="America/Toronto",
    customers=(
        _account("Humongous Insurance", "CAD", "ap@humongous.example", _address("100 King St W", "Toronto", "ON", "M5X 1A9", "CAN")),
        _account("Forêt Boréale Ltée", "CAD", "comptes@foret.example", _address("3 rue Saint-Paul", "Montréal", "QC", "H2Y 1G2", "CAN")),
        _account("Coho Winery", "CAD", "ap@coho.example", _address("55 Okanagan Rd", "Kelowna", "BC", "V1Y 6N7", "CAN")),
        _account("Prairie Wind Co-op", "CAD", "books@prairie.example", _address("21 Main St", "Regina", "SK", "S4P 3Y2", "CAN"), quickbooks_name="Prairie Wind Cooperative"),
        _account("Québec Numérique", "CAD", "ap@qnum.example", _address("800 boul. René-Lévesque", "Québec", "QC", "G1R 2B5", "CAN")),
        _account("Margie's Travel", "USD", "ap@margies.example", _address("6 Peace Bridge Rd", "Buffalo", "NY", "14213", "USA"), quickbooks_name="Margie's Travel (USD)"),
        _account("Maple & Møller", "CAD", "faktura@moller.example", _address("40 Water St", "Halifax", "NS", "B3J 1A1", "CAN"), quickbooks_name=None),
    ),
    exchange_rates={"USD": Decimal("1.37"), "EUR": Decimal("1.49")},
)

DE = LegalEntitySeed(
    code="DEMF",
    name="Alder & Finch GmbH",
    country="DE",
    home_currency="EUR",
    realm_id="9341450000000041",
    company_name="Alder & Finch GmbH",
    contracting_units=("Alder Finch München", "Alder Finch Bremen"),
    business_unit="EMEA",
    tax_codes=(
        TaxCodeSeed("USt 19%", "Regelsteuersatz", (_rate("USt 19%", "19"),)),
        TaxCodeSeed("USt 7%", "Ermäßigter Satz", (_rate("USt 7%", "7"),)),
        TaxCodeSeed("Steuerfrei", "Innergemeinschaftliche Leistung, Reverse Charge", (_rate("USt 0%", "0"),)),
    ),
    default_tax_code="USt 19%",
    time_zone="Europe/Berlin",
    uses_custom_numbers=False,
    book_close_date="2026-07-31",
    customers=(
        _account("Müller & Söhne KG", "EUR", "rechnung@mueller.example", _address("Hafenstr. 4", "Bremen", "", "28195", "DEU")),
        _account("Straßenbau Groß AG", "EUR", "kreditoren@gross.example", _address("Königsallee 9", "Düsseldorf", "", "40212", "DEU")),
        _account("Zażółć Gęślą Sp. z o.o.", "EUR", "faktury@zazolc.example", _address("ul. Długa 5", "Gdańsk", "", "80-001", "POL")),
        _account("Ελληνικά Πλοία ΑΕ", "EUR", "logistirio@ploia.example", _address("Ακτή Μιαούλη 2", "Πειραιάς", "", "185 35", "GRC"), quickbooks_name="Ellinika Ploia AE"),
        _account("株式会社さくら", "USD", "keiri@sakura.example", _address("1-2-3 Marunouchi", "Tōkyō", "", "100-0005", "JPN")),
        _account("Bäckerei Weiß GmbH", "EUR", "buero@weiss.example", _address("Marktplatz 1", "Ulm", "", "89073", "DEU"), quickbooks_name="Baeckerei Weiss"),
        _account("Wingtip Toys", "EUR", "ap@wingtip.example", _address("Rue Royale 12", "Bruxelles", "", "1000", "BEL"), quickbooks_name=None),
    ),
    exchange_rates={"USD": Decimal("0.92"), "GBP": Decimal("1.18")},
)

GROUP: tuple[LegalEntitySeed, ...] = (US, GB, CA, DE)

PRACTICE_INTUIT_CLIENT_ID = "ABpracticeClientIdForAlderAndFinch0000000000000000"
"""The developer app that practice QuickBooks knows from the start."""
PRACTICE_INTUIT_CLIENT_SECRET = "practice-secret-not-a-real-one-0000000000"  # noqa: S105 - make-believe
PRACTICE_REDIRECT_URIS: tuple[str, ...] = (
    "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl",
    "https://psaqb.invalid/quickbooks/callback",
    "http://localhost/quickbooks/callback",
)
PRACTICE_TENANT = "7a6f2c1e-5b7d-4b0e-9a56-1d1f6f0c9a01"
PRACTICE_CRM_CLIENT_ID = "51c0e3a2-6f0b-4f1c-8a3e-0b9c7f5d2e10"
"""The desktop app registration of the practice tenant (public client; also allowed client credentials)."""
PRACTICE_CRM_CLIENT_SECRET = "practice-crm-secret-not-a-real-one"  # noqa: S105 - make-believe
