"""Deciding the tax of a draft: a code for each line, and what to do about a difference."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from psaqb_desktop.domain.draft import Chosen, DraftTaxLine
from psaqb_desktop.domain.findings import Cause, Finding, blocker, warning
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.links import LinkKind, LinkWanted
from psaqb_desktop.domain.mapping import Mapping, percent_key
from psaqb_desktop.domain.money import CENT, ZERO, to_cents
from psaqb_desktop.domain.quickbooks_lists import CompanyLists, TaxCode
from psaqb_desktop.domain.resolve import LinkBook
from psaqb_desktop.domain.tax import (
    TaxedAmount,
    adjusted,
    codes_that_fit,
    expected_tax,
    tax_lines,
    total_tax,
)

TAXABLE = Chosen(QuickBooksId("TAX"), "TAX")
NOT_TAXABLE = Chosen(QuickBooksId("NON"), "NON")


class TaxedLine(Protocol):
    """What the decision needs of a line."""

    @property
    def net(self) -> Decimal:
        """Net amount."""

    @property
    def tax(self) -> Decimal:
        """Tax in the CRM."""

    @property
    def description(self) -> str:
        """Words for findings."""


@dataclass(frozen=True, slots=True)
class TaxDecision:
    """Codes line by line, the tax lines, and whether they are sent instead of QuickBooks' own."""

    line_codes: tuple[Chosen | None, ...]
    sales_tax_code: Chosen | None
    lines: tuple[DraftTaxLine, ...]
    tax: Decimal
    is_overridden: bool
    findings: tuple[Finding, ...]

    def signed_lines(self, sign: int) -> tuple[DraftTaxLine, ...]:
        """Return the tax lines with the sign of the document."""
        return tuple(replace(x, net=x.net * sign, amount=x.amount * sign) for x in self.lines)


def decide_tax(
    invoice: Invoice,
    lines: Sequence[TaxedLine],
    company: CompanyLists,
    links: LinkBook,
    mapping: Mapping,
) -> TaxDecision:
    """Choose the tax codes that give the CRM's tax, or say why none does."""
    if not company.preferences.uses_sales_tax:
        return _without_tax(invoice, lines, company)
    chooser = _CodeChooser(company, links, mapping)
    if company.is_us:
        return _decide_us(invoice, lines, chooser)
    chosen = _choose_all(invoice, lines, chooser)
    findings = {c.message: c for c in chosen if isinstance(c, Finding)}
    if findings:
        return TaxDecision(
            (None,) * len(lines), None, (), invoice.tax, False, tuple(findings.values())
        )
    known = [code for code in chosen if isinstance(code, TaxCode)]
    expected = tax_lines([(code, line.net) for code, line in zip(known, lines, strict=True)])
    chosen_codes = tuple(Chosen(code.id, code.name) for code in known)
    return _settle(invoice, chosen_codes, None, expected, chooser)


def _choose_all(
    invoice: Invoice, lines: Sequence[TaxedLine], chooser: _CodeChooser
) -> list[TaxCode | Finding]:
    """Choose the codes of all lines.

    A few cents of tax fit many rates; the lines that leave no doubt decide for the others then.
    """
    sure = [chooser.percents_of(line) for line in lines]
    used = frozenset(percents[0] for percents in sure if len(percents) == 1)
    return [
        chooser.choose(invoice, number, line, used=used)
        for number, line in enumerate(lines, start=1)
    ]


def _decide_us(invoice: Invoice, lines: Sequence[TaxedLine], chooser: _CodeChooser) -> TaxDecision:
    codes = tuple(TAXABLE if line.tax else NOT_TAXABLE for line in lines)
    net = sum((line.net for line in lines if line.tax), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    if not any(line.tax for line in lines):
        return TaxDecision(codes, None, (), ZERO, False, ())
    if chooser.company.preferences.has_automated_sales_tax:
        notice = warning(
            Cause.TAX_DIFFERS,
            f"{chooser.company.info.name} has QuickBooks' automated sales tax, which reckons the "
            f"tax of invoice {invoice.number} itself (CRM: {tax:,.2f} {invoice.currency}).",
            "Compare the totals after posting; a difference is shown as “Posted, review”.",
        )
        return TaxDecision(codes, None, (), invoice.tax, False, (notice,))
    taxed = _Summed(net, tax, "all taxable lines")
    code = chooser.choose(invoice, 0, taxed, slack=CENT * len(lines))
    if isinstance(code, Finding):
        return TaxDecision(codes, None, (), invoice.tax, False, (code,))
    expected = tax_lines([(code, net)])
    return _settle(invoice, codes, Chosen(code.id, code.name), expected, chooser)


@dataclass(frozen=True, slots=True)
class _Summed:
    net: Decimal
    tax: Decimal
    description: str


def _without_tax(
    invoice: Invoice, lines: Sequence[TaxedLine], company: CompanyLists
) -> TaxDecision:
    findings: tuple[Finding, ...] = ()
    if invoice.tax:
        findings = (
            blocker(
                Cause.TAX_CODE_MISSING,
                f"Invoice {invoice.number} has {invoice.tax:,.2f} {invoice.currency} of tax, but "
                f"sales tax is switched off in {company.info.name}.",
                "Switch sales tax on in QuickBooks, or correct the invoice in the CRM.",
            ),
        )
    return TaxDecision((None,) * len(lines), None, (), ZERO, False, findings)


def _settle(
    invoice: Invoice,
    codes: tuple[Chosen | None, ...],
    sales_tax_code: Chosen | None,
    expected: tuple[DraftTaxLine, ...],
    chooser: _CodeChooser,
) -> TaxDecision:
    """Compare what QuickBooks will reckon with the CRM's tax; a rounding gap is overridden."""
    reckoned, wanted = total_tax(expected), to_cents(invoice.tax)
    gap = wanted - reckoned
    if gap == 0:
        return TaxDecision(codes, sales_tax_code, expected, wanted, False, ())
    if abs(gap) <= chooser.mapping.tax_tolerance and any(line.percent for line in expected):
        taxed = tuple(line for line in expected if line.percent)
        free = tuple(line for line in expected if not line.percent)
        lines = adjusted(taxed, wanted) + free
        told = (_overridden(invoice, reckoned, wanted),) if abs(gap) > CENT else ()
        return TaxDecision(codes, sales_tax_code, lines, wanted, True, told)
    finding = blocker(
        Cause.TAX_DIFFERS,
        f"Invoice {invoice.number}: QuickBooks would reckon {reckoned:,.2f} {invoice.currency} of "
        f"tax, the CRM has {wanted:,.2f}.",
        "Correct the tax in the CRM, choose other tax codes, or raise “tax_tolerance” in the "
        "mapping if it is rounding.",
    )
    return TaxDecision(codes, sales_tax_code, expected, reckoned, False, (finding,))


def _overridden(invoice: Invoice, reckoned: Decimal, wanted: Decimal) -> Finding:
    return warning(
        Cause.TAX_DIFFERS,
        f"Invoice {invoice.number}: QuickBooks would reckon {reckoned:,.2f} {invoice.currency} of "
        f"tax; the CRM's {wanted:,.2f} is sent instead, as “tax_tolerance” allows.",
        "Compare the tax codes with the CRM's tax if this is more than rounding.",
    )


@dataclass(frozen=True, slots=True)
class _CodeChooser:
    """Chooses a tax code: by link, by mapping, or because only one fits."""

    company: CompanyLists
    links: LinkBook
    mapping: Mapping

    def percents_of(self, line: TaxedLine, *, slack: Decimal = CENT) -> tuple[str, ...]:
        """Return the percentages that may be meant by a line's tax, the nearest first."""
        fitting = self._fitting(line, slack)
        rounded = [code for code in fitting if _is_rounding(line, code, slack)]
        nearest = sorted(rounded or fitting, key=lambda code: _distance(line, code))
        return tuple(dict.fromkeys(percent_key(code.percent) for code in nearest))

    def _fitting(self, line: TaxedLine, slack: Decimal) -> tuple[TaxCode, ...]:
        codes = [code for code in self.company.tax_codes if code.is_active and code.rates]
        return codes_that_fit(TaxedAmount(line.net, line.tax), codes, slack)

    def choose(
        self,
        invoice: Invoice,
        number: int,
        line: TaxedLine,
        *,
        slack: Decimal = CENT,
        used: AbstractSet[str] = frozenset(),
    ) -> TaxCode | Finding:
        fitting = self._fitting(line, slack)
        where = f"Line {number} ({_short(line.description)})" if number else "The invoice"
        if not fitting:
            rate = line.tax / line.net * 100 if line.net else ZERO
            return blocker(
                Cause.TAX_CODE_MISSING,
                f"{where} of invoice {invoice.number} has {line.tax:,.2f} {invoice.currency} of "
                f"tax on {line.net:,.2f} (about {rate:.2f} %); no active tax code of "
                f"{self.company.info.name} gives that.",
                "Add the rate in QuickBooks, or correct the tax in the CRM.",
            )
        percents = self.percents_of(line, slack=slack)
        percent = self._meant(percents, used)
        if percent is None:
            return self._doubtful(where, invoice, line, percents)
        same = tuple(code for code in fitting if percent_key(code.percent) == percent)
        return self._decided(percent, same) or self._ambiguous(where, invoice, same)

    def _meant(self, percents: tuple[str, ...], used: AbstractSet[str]) -> str | None:
        """Return the percentage that is meant, None where nothing decides between several."""
        here = [percent for percent in percents if percent in used]
        for known in (percents, here):
            if len(known) == 1:
                return known[0]
        preferred = (p for p in self.mapping.default_tax_percents if p in percents)
        return next(preferred, None)

    def _decided(self, percent: str, same: tuple[TaxCode, ...]) -> TaxCode | None:
        """Return the code that a person chose for a percentage, or the only one of it."""
        link = self.links.find(LinkKind.TAX, percent)
        name = self.mapping.tax_codes.get(percent, "").casefold()
        for code in same:
            if (link and code.id == link.quickbooks_id) or (
                not link and name and name in {code.name.casefold(), code.id}
            ):
                return code
        return same[0] if len(same) == 1 else None

    def _doubtful(
        self, where: str, invoice: Invoice, line: TaxedLine, percents: tuple[str, ...]
    ) -> Finding:
        names = " or ".join(f"{percent} %" for percent in percents)
        example = ", ".join(f'"{percent}"' for percent in percents[:1])
        return blocker(
            Cause.TAX_CODE_MISSING,
            f"{where} of invoice {invoice.number} has {line.tax:,.2f} {invoice.currency} of tax on "
            f"{line.net:,.2f}. That is so little that it may be {names}, and no other line of the "
            "invoice tells which.",
            "Name the percentages of this company in order of preference in the mapping, for "
            f"example “default_tax_percents”: [{example}].",
        )

    def _ambiguous(self, where: str, invoice: Invoice, same: tuple[TaxCode, ...]) -> Finding:
        percent = percent_key(same[0].percent)
        names = ", ".join(code.name for code in same)
        return blocker(
            Cause.TAX_CODE_MISSING,
            f"{where} of invoice {invoice.number} has {percent} % tax, and "
            f"{self.company.info.name} has more than one code for that ({names}).",
            f"Choose once which one {percent} % means; it is remembered.",
            link=LinkWanted(LinkKind.TAX, percent, f"{percent} % tax"),
        )


def _is_rounding(line: TaxedLine, code: TaxCode, slack: Decimal) -> bool:
    """Tell whether the tax is the percentage of the net, each rate rounded to cents."""
    exact = line.net * code.percent / 100
    return abs(exact - line.tax) <= slack / 2 * len(code.rates)


def _distance(line: TaxedLine, code: TaxCode) -> tuple[Decimal, Decimal, Decimal]:
    """Order codes by how far their tax is off, all desktops alike."""
    return (
        abs(expected_tax(line.net, code) - line.tax),
        abs(line.net * code.percent / 100 - line.tax),
        code.percent,
    )


def _short(text: str) -> str:
    first = text.strip().splitlines()[0] if text.strip() else "no description"
    return first if len(first) <= 40 else first[:39] + "…"
