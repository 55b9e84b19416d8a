"""The same posts with python-quickbooks, as a careful user of it would write them.

The package paces nothing and retries nothing. So: every post has a request id, and a post that was
turned away waits the minute that Intuit advises before it is repeated under the same id.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from quickbooks import QuickBooks
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects.creditmemo import CreditMemo
from quickbooks.objects.invoice import Invoice

from psaqb_desktop.adapters.http import exact_json
from psaqb_desktop.adapters.quickbooks.payloads import document_payload
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.identifiers import RealmId

WAIT_SECONDS = 60.0


def post_with_peer(
    url: str, realm: RealmId, token: str, drafts: Sequence[Draft], *, threads: int
) -> float:
    """Post all drafts to a company; return the seconds that it took."""
    mine = threading.local()

    def client() -> Any:
        if not hasattr(mine, "client"):
            mine.client = _client(url, realm, token)
        return mine.client

    def post(draft: Draft) -> None:
        kind = Invoice if draft.document_type is DocumentType.INVOICE else CreditMemo
        made = kind.from_json(json.loads(exact_json.dumps(document_payload(draft))))
        request_id = str(uuid.uuid4())
        while True:
            try:
                made.save(qb=client(), request_id=request_id)
            except QuickbooksException as error:
                if "429" not in str(error):
                    raise
                time.sleep(WAIT_SECONDS)
            else:
                return

    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(post, drafts))
    return time.monotonic() - started


def _client(url: str, realm: RealmId, token: str) -> Any:
    class PracticeClient(QuickBooks):  # type: ignore[misc]
        api_url_v3 = f"{url}/v3"
        sandbox_api_url_v3 = f"{url}/v3"

    made = PracticeClient(company_id=realm, minorversion=75)
    made.company_id = realm
    made.use_decimal = True
    session: Any = requests.Session()
    session.trust_env = False
    session.access_token = token
    made.session = session
    return made
