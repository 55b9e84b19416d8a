"""What this machine's keyring keeps of a connection: the refresh token, with its dates."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.identifiers import ConnectionId

log = logging.getLogger("psaqb.tokens")


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A refresh token as this machine's keyring keeps it."""

    realm_id: str
    answer: TokenAnswer


def secret_name(connection_id: ConnectionId) -> str:
    """Return the name of a connection's entry in the keyring."""
    return f"quickbooks-refresh-token/{connection_id}"


def is_newer(kept: KeptToken, connection: Connection) -> bool:
    """Tell whether a token of this machine is newer than the one in the CRM."""
    if kept.realm_id != connection.realm_id:
        return False
    issued = connection.refresh_token_issued
    if issued is None:
        # Disconnected, on whichever desktop: an old keyring must not connect it again. A token
        # typed into the record has no date; what came of it here is newer.
        return connection.has_refresh_token
    return kept.answer.received > issued


def dated(answer: TokenAnswer, connection: Connection, before: KeptToken | None) -> TokenAnswer:
    """Return the answer with its issue date, in whole seconds as the CRM keeps them.

    By the token service's own clock where it told, so that the clocks of desktops play no part;
    and in any case later than every date that was known when the token was asked for.
    """
    known = [d for d in (connection.refresh_token_issued, before and before.answer.received) if d]
    received = (answer.issued or answer.received).replace(microsecond=0)
    if known:
        received = max(received, max(known).replace(microsecond=0) + timedelta(seconds=1))
    return replace(answer, received=received)


def to_text(realm_id: str, answer: TokenAnswer) -> str:
    """Write what must survive; the access token stays in memory."""
    return json.dumps(
        {
            "realm": realm_id,
            "refresh_token": answer.refresh_token,
            "received": answer.received.isoformat(),
            "expires": answer.refresh_token_expires.isoformat(),
            "hard_expires": _iso(answer.refresh_token_hard_expires),
        }
    )


def from_text(text: str) -> KeptToken | None:
    """Read what :func:`to_text` wrote; None where it cannot be read."""
    try:
        data = json.loads(text)
        received = datetime.fromisoformat(data["received"])
        hard = data["hard_expires"]
        return KeptToken(
            data["realm"],
            TokenAnswer(
                access_token="",
                refresh_token=data["refresh_token"],
                access_token_expires=received,
                refresh_token_expires=datetime.fromisoformat(data["expires"]),
                received=received,
                refresh_token_hard_expires=datetime.fromisoformat(hard) if hard else None,
            ),
        )
    except (ValueError, KeyError, TypeError):
        log.warning("an entry of the keyring could not be read and is left alone")
        return None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
