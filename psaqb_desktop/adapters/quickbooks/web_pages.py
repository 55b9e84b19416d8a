"""Where a person looks at a document in QuickBooks' own pages."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.environment import INTUIT_API_URL, INTUIT_SANDBOX_API_URL
from psaqb_desktop.domain.identifiers import QuickBooksId

_PAGES = {
    INTUIT_API_URL: "https://qbo.intuit.com/app",
    INTUIT_SANDBOX_API_URL: "https://sandbox.qbo.intuit.com/app",
}


def page_of(connection: Connection, document_type: DocumentType, document_id: QuickBooksId) -> str:
    """Return the address of a document's page.

    Other services than Intuit's have a company's pages below its realm id; Intuit shows the
    company that the browser is signed in to. Empty where the connection's address is no address.
    """
    try:
        parts = urlsplit(connection.access_api_url)
    except ValueError:
        return ""  # what cannot be read has no page
    origin = f"{parts.scheme}://{parts.netloc}"
    pages = _PAGES.get(origin) or f"{origin}/app/{quote(connection.realm_id, safe='')}"
    return f"{pages}/{document_type.value.lower()}?txnId={quote(document_id, safe='')}"
