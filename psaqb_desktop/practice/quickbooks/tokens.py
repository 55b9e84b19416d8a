"""Consents, authorization codes and tokens, kept as digests."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass

from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions

ACCOUNTING_SCOPE = "com.intuit.quickbooks.accounting"

_ACCESS_TOKEN_BYTES = 560
_REFRESH_TOKEN_LENGTH = 50


@dataclass(frozen=True)
class Consent:
    """What a person allowed an app to do with one company."""

    id: int
    client_id: str
    realm: str
    scope: str
    email: str
    granted: int
    revoked: bool


@dataclass(frozen=True)
class KnownToken:
    """An access or refresh token that was issued here.

    Attributes:
        replaced: When a newer refresh token took its place; 0 when none did.
    """

    digest: str
    kind: str
    consent: Consent
    issued: int
    expires: int
    replaced: int


@dataclass(frozen=True)
class KnownCode:
    """An authorization code that was issued here."""

    digest: str
    consent: Consent
    redirect_uri: str
    expires: int
    used: bool


def new_access_token() -> str:
    """A token as long and as opaque as Intuit's."""
    return "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0.." + secrets.token_urlsafe(
        _ACCESS_TOKEN_BYTES
    )


def new_refresh_token(now: int) -> str:
    """About fifty characters, as Intuit's are."""
    start = f"RT1-{now % 1000}-H0-{now}"
    return start + secrets.token_hex(_REFRESH_TOKEN_LENGTH)[: _REFRESH_TOKEN_LENGTH - len(start)]


class TokenRegister:
    """Consents and tokens inside one database transaction."""

    def __init__(
        self, connection: sqlite3.Connection, options: QuickBooksOptions, now: int
    ) -> None:
        self._connection = connection
        self._options = options
        self.now = now

    def grant(self, client_id: str, realm: str, scope: str, email: str) -> Consent:
        """Records a person's consent."""
        cursor = self._connection.execute(
            "INSERT INTO consent (client_id, realm, scope, email, granted) VALUES (?, ?, ?, ?, ?)",
            (client_id, realm, scope, email, self.now),
        )
        return Consent(cursor.lastrowid or 0, client_id, realm, scope, email, self.now, False)

    def issue_code(self, consent: Consent, redirect_uri: str) -> str:
        """A code for the redirect, good once."""
        code = "AB" + secrets.token_urlsafe(36)
        self._connection.execute(
            "INSERT INTO authorization_code VALUES (?, ?, ?, ?, 0)",
            (digest(code), consent.id, redirect_uri, self.now + self._options.code_seconds),
        )
        return code

    def find_code(self, code: str) -> KnownCode | None:
        """The code, used or not."""
        row = self._connection.execute(
            "SELECT * FROM authorization_code WHERE digest = ?", (digest(code),)
        ).fetchone()
        if row is None:
            return None
        consent = self._consent(row["consent"])
        return KnownCode(
            row["digest"], consent, row["redirect_uri"], row["expires"], bool(row["used"])
        )

    def use_code(self, code: KnownCode) -> None:
        """Marks the code as used."""
        self._connection.execute(
            "UPDATE authorization_code SET used = 1 WHERE digest = ?", (code.digest,)
        )

    def issue(self, consent: Consent, kind: str) -> tuple[str, int]:
        """A new token of ``kind`` (access or refresh) and the seconds it lives."""
        if kind == "access":
            token, life = new_access_token(), self._options.access_token_seconds
        else:
            token, life = new_refresh_token(self.now), self._options.refresh_token_seconds
        self._connection.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?, ?, 0)",
            (digest(token), kind, consent.id, self.now, self.now + life),
        )
        return token, life

    def find(self, token: str) -> KnownToken | None:
        """The token, whatever has become of it."""
        row = self._connection.execute(
            "SELECT * FROM token WHERE digest = ?", (digest(token),)
        ).fetchone()
        if row is None:
            return None
        return KnownToken(
            digest=row["digest"],
            kind=row["kind"],
            consent=self._consent(row["consent"]),
            issued=row["issued"],
            expires=row["expires"],
            replaced=row["replaced"],
        )

    def is_usable(self, token: KnownToken) -> bool:
        """Whether a refresh token still works."""
        lived_on = 0 if self._options.old_token_dies else self._options.old_token_seconds
        is_replaced = token.replaced and self.now >= token.replaced + lived_on
        return not (token.consent.revoked or is_replaced or self.now >= self._last_second(token))

    def seconds_left(self, token: KnownToken) -> int:
        """What is left of a token's life; less at each use of the same token."""
        return max(self._last_second(token) - self.now, 0)

    def hard_seconds_left(self, consent: Consent) -> int:
        """What is left until the person must consent anew, whatever is refreshed."""
        return max(consent.granted + self._options.hard_expiry_seconds - self.now, 0)

    def is_due_for_rotation(self, token: KnownToken) -> bool:
        """Whether the next refresh brings a new refresh token."""
        return self.now - token.issued >= self._options.rotate_after_seconds

    def mark_replaced(self, token: KnownToken) -> None:
        """A newer refresh token has been issued for this one."""
        self._connection.execute(
            "UPDATE token SET replaced = ? WHERE digest = ? AND replaced = 0",
            (self.now, token.digest),
        )

    def revoke(self, consent: Consent) -> None:
        """Ends the consent with all its tokens."""
        self._connection.execute("UPDATE consent SET revoked = 1 WHERE id = ?", (consent.id,))

    def expire(self, realm: str, kind: str) -> int:
        """Ends the life of a company's tokens of one kind now; returns how many."""
        return self._connection.execute(
            "UPDATE token SET expires = ? WHERE kind = ? AND expires > ?"
            " AND consent IN (SELECT id FROM consent WHERE realm = ?)",
            (self.now, kind, self.now, realm),
        ).rowcount

    def age(self, realm: str) -> int:
        """Makes a company's refresh tokens due for rotation at their next use."""
        return self._connection.execute(
            "UPDATE token SET issued = 0 WHERE kind = 'refresh'"
            " AND consent IN (SELECT id FROM consent WHERE realm = ?)",
            (realm,),
        ).rowcount

    def revoke_realm(self, realm: str) -> int:
        """Ends all consents of a company, as disconnecting inside QuickBooks does."""
        return self._connection.execute(
            "UPDATE consent SET revoked = 1 WHERE realm = ? AND revoked = 0", (realm,)
        ).rowcount

    def _last_second(self, token: KnownToken) -> int:
        hard = token.consent.granted + self._options.hard_expiry_seconds
        return min(token.expires, hard)

    def _consent(self, consent_id: int) -> Consent:
        row = self._connection.execute(
            "SELECT * FROM consent WHERE id = ?", (consent_id,)
        ).fetchone()
        return Consent(
            id=row["id"],
            client_id=row["client_id"],
            realm=row["realm"],
            scope=row["scope"],
            email=row["email"],
            granted=row["granted"],
            revoked=bool(row["revoked"]),
        )


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
