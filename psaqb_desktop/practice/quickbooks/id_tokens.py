"""Id tokens: who consented, signed, for apps that ask for the scope ``openid``."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from psaqb_desktop.practice.quickbooks.tokens import Consent

ISSUER = "https://oauth.platform.intuit.com/op/v1"
"""Intuit's own, because its clients compare it to the letter."""

_LIFE_SECONDS = 3600
_KEY_BITS = 2048


class IdTokenSigner:
    """Signs with a key that is made when it is first asked for, and kept."""

    def __init__(self, key_path: Path) -> None:
        self._path = key_path
        self._kept: RSAKey | None = None

    def sign(self, consent: Consent, now: int) -> str:
        """The id token of a consent."""
        key = self._key()
        claims = {
            "iss": ISSUER,
            "aud": [consent.client_id],
            "sub": subject_of(consent),
            "realmid": consent.realm,
            "auth_time": consent.granted,
            "iat": now,
            "exp": now + _LIFE_SECONDS,
        }
        return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, claims, key)

    def public_keys(self) -> dict[str, Any]:
        """What clients check signatures with."""
        key = self._key()
        return {"keys": [key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]}

    def _key(self) -> RSAKey:
        if self._kept is None:
            if not self._path.exists():
                made = RSAKey.generate_key(_KEY_BITS)
                draft = self._path.with_suffix(f".{os.getpid()}.new")
                draft.write_bytes(made.as_pem(private=True))
                draft.replace(self._path)
            key = RSAKey.import_key(self._path.read_bytes())
            key.ensure_kid()
            self._kept = key
        return self._kept


def subject_of(consent: Consent) -> str:
    """The person, as an id that tells nothing."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, consent.email))
