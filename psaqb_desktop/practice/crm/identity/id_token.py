"""Signed statements of who signed in."""

from __future__ import annotations

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from psaqb_desktop.practice.crm.identity.people import person_by_user_id
from psaqb_desktop.practice.group import PRACTICE_CRM_CLIENT_ID, PRACTICE_TENANT


class IdTokenSigner:
    """Signs with a key of its own, made anew at each start and published beside the authority."""

    def __init__(self, base_url: str) -> None:
        self._issuer = f"{base_url}/{PRACTICE_TENANT}/v2.0"
        self._key = ECKey.generate_key("P-256", {"use": "sig", "kid": "practice"})

    def sign(self, user_id: str, nonce: str = "") -> str:
        """An id token about one person."""
        person = person_by_user_id(user_id)
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": PRACTICE_CRM_CLIENT_ID,
            "tid": PRACTICE_TENANT,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "ver": "2.0",
        }
        if person is not None:
            claims |= {
                "name": person.name,
                "preferred_username": person.email,
                "oid": person.object_id,
                "sub": person.object_id,
            }
        if nonce:
            claims["nonce"] = nonce
        return jwt.encode({"alg": "ES256", "kid": "practice"}, claims, self._key)

    def public_keys(self) -> dict[str, Any]:
        """The key set with which a client checks signatures."""
        return {"keys": [self._key.as_dict(private=False)]}
