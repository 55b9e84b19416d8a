"""The tax codes and rates of a company on its first day."""

from __future__ import annotations

from psaqb_desktop.practice.group import LegalEntitySeed, TaxCodeSeed
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.tax_codes import COMPOUND, PSEUDO_CODES

_AGENCIES = {
    "US": "State Department of Revenue",
    "GB": "HM Revenue & Customs (VAT)",
    "CA": "Canada Revenue Agency",
    "AU": "Australian Taxation Office",
    "IN": "Central Board of Indirect Taxes",
}
_PSEUDO_DESCRIPTIONS = {"TAX": "Taxable", "NON": "Non-taxable"}


def seed_tax(books: Books, legal_entity: LegalEntitySeed) -> None:
    """Writes agency, rates and codes; a US company also has the two pseudo codes."""
    agency = books.rows.insert(
        "TaxAgency",
        {
            "DisplayName": _AGENCIES.get(legal_entity.country, "Finanzamt"),
            "TaxTrackedOnSales": True,
            "TaxTrackedOnPurchases": False,
        },
    )
    if books.company.is_us:
        for code in PSEUDO_CODES:
            description = _PSEUDO_DESCRIPTIONS[code]
            pseudo = _code(code, description, taxable=code == "TAX", group=False)
            books.rows.insert("TaxCode", pseudo, code)
        books.rows.set_number("TaxCode id", 1)
    for seed in legal_entity.tax_codes:
        _seed_code(books, seed, agency.id)


def _seed_code(books: Books, seed: TaxCodeSeed, agency_id: str) -> None:
    details = []
    for order, rate in enumerate(seed.rates):
        row = books.rows.insert(
            "TaxRate",
            {
                "Name": rate.name,
                "Description": rate.name,
                "Active": True,
                "RateValue": rate.percent,
                "AgencyRef": {"value": agency_id},
                "SpecialTaxType": "NONE",
                "DisplayType": "ReadOnly",
            },
        )
        details.append(
            {
                "TaxRateRef": {"value": row.id, "name": rate.name},
                "TaxTypeApplicable": COMPOUND if rate.compounds else "TaxOnAmount",
                "TaxOrder": order,
            }
        )
    taxable = any(rate.percent for rate in seed.rates)
    code = _code(seed.name, seed.description, taxable=taxable, group=True)
    code["SalesTaxRateList"] = {"TaxRateDetail": details}
    code["PurchaseTaxRateList"] = {"TaxRateDetail": []}
    books.rows.insert("TaxCode", code)


def _code(name: str, description: str, *, taxable: bool, group: bool) -> Body:
    return {
        "Name": name,
        "Description": description,
        "Active": True,
        "Hidden": False,
        "Taxable": taxable,
        "TaxGroup": group,
        "TaxCodeConfigType": "USER_DEFINED" if group else "SYSTEM_GENERATED",
    }
