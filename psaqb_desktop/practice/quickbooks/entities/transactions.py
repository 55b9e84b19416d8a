"""Attributes of the transactions: invoice, credit memo, payment."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks.entities.attribute_types import (
    AttributeType,
    Choice,
    Day,
    Flag,
    Identifier,
    Ignored,
    Many,
    Number,
    Record,
    Text,
    reference,
)
from psaqb_desktop.practice.quickbooks.entities.shared_shapes import (
    ADDRESS,
    CUSTOM_FIELDS,
    EMAIL,
    HEADER,
    LINKED_TXN,
    MEMO,
    SALES_LINE,
    TAX_DETAIL,
)

_SALES_FORM: dict[str, AttributeType] = {
    "CustomField": CUSTOM_FIELDS,
    "DocNumber": Text(21),
    "AutoDocNumber": Flag(),
    "TxnDate": Day(),
    "DepartmentRef": reference(),
    "CurrencyRef": reference(),
    "ExchangeRate": Number(),
    "PrivateNote": Text(4000),
    "Line": Many(SALES_LINE),
    "TxnTaxDetail": TAX_DETAIL,
    "GlobalTaxCalculation": Choice(("TaxExcluded", "TaxInclusive", "NotApplicable")),
    "ApplyTaxAfterDiscount": Flag(),
    "CustomerRef": reference(),
    "CustomerMemo": MEMO,
    "BillAddr": ADDRESS,
    "ShipAddr": ADDRESS,
    "ShipFromAddr": ADDRESS,
    "ClassRef": reference(),
    "SalesTermRef": reference(),
    "PrintStatus": Choice(("NotSet", "NeedToPrint", "PrintComplete")),
    "EmailStatus": Choice(("NotSet", "NeedToSend", "EmailSent")),
    "BillEmail": EMAIL,
    "BillEmailCc": EMAIL,
    "BillEmailBcc": EMAIL,
    "DepositToAccountRef": reference(),
    "ProjectRef": reference(),
    "TransactionLocationType": Text(50),
    "ShipDate": Day(),
    "TrackingNum": Text(31),
    "ShipMethodRef": reference(),
}

_SALES_FORM_TOLD = dict.fromkeys(
    (
        "LinkedTxn",
        "TotalAmt",
        "HomeTotalAmt",
        "Balance",
        "HomeBalance",
        "FreeFormAddress",
        "RecurDataRef",
        "TaxExemptionRef",
        "TxnSource",
        "TxnStatus",
        "DeliveryInfo",
        "ARAccountRef",
    ),
    Ignored(),
)

INVOICE = Record(
    "Invoice",
    {
        **HEADER,
        **_SALES_FORM,
        **_SALES_FORM_TOLD,
        "DueDate": Day(),
        "Deposit": Number(),
        "AllowOnlineCreditCardPayment": Flag(),
        "AllowOnlineACHPayment": Flag(),
        "AllowOnlinePayPalPayment": Ignored(),
        "AllowOnlineAffirmPayment": Ignored(),
        "AllowOnlinePayment": Ignored(),
        "AllowIPNPayment": Ignored(),
        "InvoiceLink": Ignored(),
        "EInvoiceStatus": Ignored(),
        "invoiceStatus": Ignored(),
        "invoiceStatusLog": Ignored(),
        "callToAction": Ignored(),
    },
)

CREDIT_MEMO = Record(
    "CreditMemo",
    {
        **HEADER,
        **_SALES_FORM,
        **_SALES_FORM_TOLD,
        "RemainingCredit": Ignored(),
        "InvoiceRef": reference(),
        "PaymentMethodRef": reference(),
        "PaymentRefNum": Text(21),
    },
)

PAYMENT_LINK_TYPES = (
    "Invoice",
    "CreditMemo",
    "JournalEntry",
    "Expense",
    "Check",
    "CreditCardCredit",
)

PAYMENT = Record(
    "Payment",
    {
        **HEADER,
        "TotalAmt": Number(),
        "CustomerRef": reference(),
        "CurrencyRef": reference(),
        "ExchangeRate": Number(),
        "TxnDate": Day(),
        "PaymentRefNum": Text(21),
        "PaymentMethodRef": reference(),
        "DepositToAccountRef": reference(),
        "PrivateNote": Text(4000),
        "ProjectRef": reference(),
        "TransactionLocationType": Text(50),
        "Line": Many(
            Record(
                "Line",
                {
                    "Id": Ignored(),
                    "LineNum": Ignored(),
                    "Description": Ignored(),
                    "Amount": Number(),
                    "LinkedTxn": LINKED_TXN,
                    "LineEx": Ignored(),
                },
            )
        ),
        **dict.fromkeys(
            (
                "UnappliedAmt",
                "HomeTotalAmt",
                "ProcessPayment",
                "ARAccountRef",
                "LinkedTxn",
                "TxnSource",
                "TxnStatus",
                "CreditCardPayment",
                "TaxExemptionRef",
                "DocNumber",
            ),
            Ignored(),
        ),
    },
)

WRITABLE: dict[str, frozenset[str]] = {
    record.owner: frozenset(
        name
        for name, kind in record.attributes.items()
        if not isinstance(kind, (Ignored, Identifier)) and name != "sparse"
    )
    for record in (INVOICE, CREDIT_MEMO, PAYMENT)
}
"""What a client may set; a full update sets what it leaves out to nothing."""
