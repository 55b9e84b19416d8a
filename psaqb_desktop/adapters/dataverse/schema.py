"""Our tables in the CRM, as data. Whoever reports in the CRM reads these labels."""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

from psaqb_desktop.adapters.dataverse.columns import (
    AlternateKey,
    Lookup,
    Table,
    boolean,
    choice,
    day,
    decimal,
    memo,
    moment,
    required,
    secret,
    string,
    whole,
)
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus

PUBLISHER = "psaqb"
PUBLISHER_NAME = "PSAQB Desktop"
OPTION_PREFIX = 27184
SOLUTION = "PSAQBDesktop"
SOLUTION_NAME = "PSAQB Desktop: QuickBooks connections and posting state"
PROFILE = "PSAQB credentials"
RATE_DIGITS = 10
"""Of an exchange rate, behind the point: the most that a decimal column may have."""
"""The field security profile of those who may read and write the secrets."""

E = TypeVar("E", bound=Enum)


class Choices(Generic[E]):
    """The option values of an enumeration; once given, a value keeps its meaning for ever."""

    def __init__(self, values: dict[E, int], labels: dict[E, str] | None = None) -> None:
        self._values = {
            member: OPTION_PREFIX * 10_000 + number for member, number in values.items()
        }
        self._members = {value: member for member, value in self._values.items()}
        self._labels = labels or {}

    def value(self, member: E) -> int:
        """Return the option value."""
        return self._values[member]

    def member(self, value: object, default: E) -> E:
        """Return what an option value means; ``default`` for none and for unknown ones."""
        return self._members.get(value, default) if isinstance(value, int) else default

    @property
    def options(self) -> tuple[tuple[int, str], ...]:
        """Values and labels for the column."""
        return tuple(
            (value, self._labels.get(member, str(member.value)))
            for value, member in self._members.items()
        )


class QuickBooksEnvironment(Enum):
    """Which of Intuit's services a connection belongs to; the value is the domain's word."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    PRACTICE = "practice"


ENVIRONMENTS = Choices(
    {
        QuickBooksEnvironment.PRODUCTION: 0,
        QuickBooksEnvironment.SANDBOX: 1,
        QuickBooksEnvironment.PRACTICE: 2,
    },
    {
        QuickBooksEnvironment.PRODUCTION: "Production",
        QuickBooksEnvironment.SANDBOX: "Sandbox",
        QuickBooksEnvironment.PRACTICE: "Practice",
    },
)
STATES = Choices(
    {
        PostingState.NOT_POSTED: 0,
        PostingState.CLAIMED: 1,
        PostingState.UNKNOWN: 2,
        PostingState.POSTED: 3,
        PostingState.POSTED_REVIEW: 4,
        PostingState.FAILED: 5,
        PostingState.LEFT_OUT: 6,
    }
)
DOCUMENT_TYPES = Choices(
    {DocumentType.INVOICE: 0, DocumentType.CREDIT_MEMO: 1},
    {DocumentType.CREDIT_MEMO: "Credit memo"},
)
QUICKBOOKS_STATUSES = Choices(
    {
        QuickBooksStatus.NONE: 0,
        QuickBooksStatus.OPEN: 1,
        QuickBooksStatus.PART_PAID: 2,
        QuickBooksStatus.PAID: 3,
        QuickBooksStatus.VOIDED: 4,
        QuickBooksStatus.MISSING: 5,
    },
    {QuickBooksStatus.NONE: "Not in QuickBooks"},
)

CONNECTION = Table(
    "psaqb_connection",
    "QuickBooks connection",
    "QuickBooks connections",
    "What is needed to reach the QuickBooks company of one legal entity.",
    required(string("psaqb_name", 200, "Name")),
    (
        required(string("psaqb_legalentity", 100, "Legal entity", "Code of the legal entity.")),
        memo(
            "psaqb_rules",
            4000,
            "Routing rules",
            "Which invoices belong here; a rule a line: fact = value.",
        ),
        choice("psaqb_environment", "QuickBooks environment", ENVIRONMENTS.options),
        string("psaqb_clientid", 200, "Client ID"),
        secret("psaqb_clientsecret", "Client Secret", "Security key of Intuit's developer app."),
        boolean("psaqb_hasclientsecret", "Client secret is stored"),
        secret("psaqb_refreshtoken", "Refresh Token", "Changes with each use; never copy it."),
        boolean("psaqb_hasrefreshtoken", "Refresh token is stored"),
        moment("psaqb_tokenissued", "Refresh token issued"),
        moment("psaqb_tokenexpires", "Refresh token expires", "Unless it is used before."),
        moment("psaqb_tokenhardexpires", "Refresh token ends", "However often it is used."),
        boolean("psaqb_needssignin", "Sign-in needed", "QuickBooks refused the refresh token."),
        string("psaqb_accesstokenurl", 500, "Access Token URL", "Where tokens are had."),
        string("psaqb_accessapiurl", 500, "Access API URL", "Where the modules are called."),
        string("psaqb_realmid", 50, "Company ID", "QuickBooks' realm id."),
        string("psaqb_companyname", 200, "Company name"),
        string("psaqb_country", 50, "Country"),
        string("psaqb_homecurrency", 10, "Home currency"),
        string("psaqb_leaseholder", 200, "Token lease holder", "Who refreshes the token now."),
        moment("psaqb_leaseuntil", "Token lease until"),
        memo("psaqb_mapping", 100_000, "Mapping", "Versioned JSON; edit it in the program."),
    ),
    AlternateKey("psaqb_LegalEntityKey", "Legal entity", ("psaqb_legalentity",)),
)

INVOICE_SYNC = Table(
    "psaqb_invoicesync",
    "QuickBooks posting",
    "QuickBooks postings",
    "How far an invoice has got on its way to QuickBooks, and what QuickBooks says of it.",
    required(string("psaqb_name", 200, "Name")),
    (
        required(string("psaqb_invoicekey", 40, "Invoice key", "Outlives the invoice.")),
        required(string("psaqb_realmid", 50, "Company ID", "QuickBooks' realm id.")),
        choice("psaqb_state", "Posting state", STATES.options),
        string("psaqb_requestid", 50, "Request ID"),
        whole("psaqb_generation", "Generation"),
        string("psaqb_digest", 100, "Digest", "Fingerprint of what was sent."),
        choice("psaqb_documenttype", "Document type", DOCUMENT_TYPES.options),
        string("psaqb_quickbooksid", 50, "QuickBooks ID"),
        string("psaqb_number", 50, "QuickBooks number"),
        string("psaqb_synctoken", 50, "SyncToken"),
        string("psaqb_customerid", 50, "QuickBooks customer ID"),
        day("psaqb_documentdate", "Date in QuickBooks"),
        string("psaqb_currency", 10, "Currency"),
        decimal("psaqb_total", 2, "Total", "In the invoice's currency."),
        decimal("psaqb_tax", 2, "Tax", "In the invoice's currency."),
        decimal("psaqb_balance", 2, "Balance", "In the invoice's currency."),
        decimal("psaqb_paid", 2, "Paid", "In the invoice's currency."),
        choice("psaqb_quickbooksstatus", "Status in QuickBooks", QUICKBOOKS_STATUSES.options),
        memo("psaqb_finding", 4000, "Last finding"),
        string("psaqb_findingcause", 200, "Cause of the finding"),
        memo("psaqb_leftoutreason", 2000, "Reason left out"),
        string("psaqb_claimedby", 200, "Claimed by"),
        moment("psaqb_claimedon", "Claimed on"),
        moment("psaqb_pushedon", "Pushed on"),
        string("psaqb_pushedby", 200, "Pushed by"),
        string("psaqb_acceptedby", 200, "Accepted by", "Who accepted a difference."),
        moment("psaqb_acceptedon", "Accepted on"),
        moment("psaqb_lastchecked", "Last checked"),
        string("psaqb_invoiceversion", 100, "Invoice version", "Of the invoice that was sent."),
        string("psaqb_contentdigest", 100, "Content digest", "Fingerprint of that invoice."),
    ),
    AlternateKey(
        "psaqb_InvoiceCompanyKey", "Invoice and company", ("psaqb_invoiceid", "psaqb_realmid")
    ),
    (
        Lookup("psaqb_invoiceid", "invoice", "psaqb_invoice_invoicesync", "Invoice", "RemoveLink"),
        Lookup(
            "psaqb_connectionid",
            "psaqb_connection",
            "psaqb_connection_invoicesync",
            "Connection",
            "Restrict",
        ),
    ),
)

INVOICE_PAYMENT = Table(
    "psaqb_invoicepayment",
    "QuickBooks payment",
    "QuickBooks payments",
    "What one payment or credit settles of one posted invoice.",
    required(string("psaqb_name", 200, "Name")),
    (
        required(string("psaqb_paymenttype", 50, "Type", "QuickBooks' kind of transaction.")),
        required(string("psaqb_paymentid", 50, "QuickBooks payment ID")),
        day("psaqb_paymentdate", "Payment date"),
        decimal("psaqb_amount", 2, "Amount applied", "In the invoice's currency."),
        string("psaqb_currency", 10, "Currency"),
        decimal("psaqb_rate", RATE_DIGITS, "Exchange rate"),
        string("psaqb_method", 100, "Method"),
        string("psaqb_reference", 200, "Reference"),
    ),
    AlternateKey(
        "psaqb_AllocationKey",
        "Allocation",
        ("psaqb_postingid", "psaqb_paymenttype", "psaqb_paymentid"),
    ),
    (
        Lookup(
            "psaqb_postingid",
            "psaqb_invoicesync",
            "psaqb_invoicesync_invoicepayment",
            "Posting",
            "Cascade",
        ),
    ),
)

LINK = Table(
    "psaqb_link",
    "QuickBooks link",
    "QuickBooks links",
    "Which QuickBooks list entry a CRM record means, per company, confirmed by a person.",
    required(string("psaqb_name", 400, "CRM name")),
    (
        required(string("psaqb_realmid", 50, "Company ID", "QuickBooks' realm id.")),
        required(string("psaqb_kind", 50, "Kind")),
        required(string("psaqb_crmkey", 300, "CRM key")),
        string("psaqb_quickbooksid", 50, "QuickBooks ID"),
        string("psaqb_quickbooksname", 500, "QuickBooks name"),
        string("psaqb_confirmedby", 200, "Confirmed by"),
        moment("psaqb_confirmedon", "Confirmed on"),
    ),
    AlternateKey("psaqb_LinkKey", "Link", ("psaqb_realmid", "psaqb_kind", "psaqb_crmkey")),
)

TABLES = (CONNECTION, INVOICE_SYNC, INVOICE_PAYMENT, LINK)
"""In the order in which they can be made: a lookup needs its target."""
