"""What Entra ID says when it gives no token, in plain sentences.

Programs branch on ``error``; the AADSTS number only chooses the words. The first match in the
description counts, because Entra may name several.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.redaction import redact
from psaqb_desktop.domain.errors import (
    AppError,
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
    UnreadableAnswerError,
)

SERVICE = "Microsoft sign-in"
CRM = "CRM"

_NUMBER = re.compile(r"AADSTS(\d+)")
_NEEDS_PERSON = frozenset(
    {
        "invalid_grant",
        "interaction_required",
        "login_required",
        "consent_required",
        "authorization_declined",
        "expired_token",
        "bad_verification_code",
    }
)
_PASSING = frozenset({"temporarily_unavailable", "server_error"})

_SENTENCES: Mapping[str, tuple[int, ...]] = {
    "The user is not known in this organization's directory. Use the tenant's own id, or ask to be "
    "invited as a guest.": (50020, 50034),
    "The password has expired.": (50055,),
    "The account is disabled.": (50057,),
    "Name or password is wrong.": (50126,),
    "The account is locked, or the sign-in came from an address that looks risky.": (50053,),
    "Nobody is signed in.": (50058,),
    "The organization asks for a second factor.": (50072, 50074, 50076, 50078, 50079),
    "The sign-in has expired or was revoked (for example by a new password).": (
        50089,
        50132,
        50133,
        50173,
        70008,
        700082,
    ),
    "The organization asks for a fresh sign-in from time to time; that time has come.": (70043,),
    "The organization allows this sign-in from managed devices only. Try the system browser.": (
        50097,
        50129,
        50131,
        50155,
        50158,
        53000,
        53003,
        530003,
    ),
    "Nobody has agreed yet that this program may use the CRM in your name.": (65001,),
    "An administrator has to agree that this program may use the CRM.": (90094,),
    "The redirect address is not registered for this program.": (50011,),
    "The user is not assigned to this program in Entra ID.": (50105,),
    "The program is registered for one organization only; name its tenant instead of “common” or "
    "“organizations”.": (50194,),
    "Entra ID saw the same request too often.": (50196,),
    "This organization has no CRM at that address: the CRM address or the tenant is wrong.": (
        500011,
    ),
    "The sign-in page and this program disagree (code verifier). Start the sign-in again.": (
        501481,
        50147,
        501491,
    ),
    "The CRM address is malformed (scope).": (70011,),
    "The client id is not known in this tenant.": (700016,),
    "The client secret is wrong.": (7000215,),
    "The client secret has expired.": (7000222,),
    "The program is registered as a public client and must not send a secret.": (700025,),
    "The redirect address is registered under “Web”; it belongs under “Mobile and desktop "
    "applications”.": (7000218,),
    "Signing in took too long; the code has expired.": (70019, 70020),
}
_BY_NUMBER = {number: words for words, numbers in _SENTENCES.items() for number in numbers}
_BY_ERROR = {
    "authorization_declined": "The sign-in was declined on the other screen.",
    "expired_token": "The code was not used in time.",
    "bad_verification_code": "The code is not known any more.",
}
_REMEDY = (
    "Check crm_url, tenant and client_id of the environment, and the program's registration in "
    "Entra ID."
)


def sentence_for(description: str, error: str = "") -> str:
    """Return plain words for an error, or Entra's first line where there are none of ours."""
    found = _NUMBER.search(description)
    known = _BY_NUMBER.get(int(found.group(1))) if found else None
    if known or error in _BY_ERROR:
        return known or _BY_ERROR[error]
    first_line = description.strip().splitlines()[0] if description.strip() else ""
    return first_line or f"Entra ID reports {error or 'an error'}."


def token_error(error: str, description: str, *, status: int, trace: str = "") -> AppError:
    """Return what to raise for an error of the token end point."""
    words = sentence_for(description, error)
    details = f"{error} (HTTP {status}) {description} {trace}".strip()
    if error in _PASSING or status >= 500 or status == 429:
        return ServiceUnavailableError(words, service=SERVICE, details=details)
    if error in _NEEDS_PERSON:
        return SignInNeededError(words, service=CRM, details=details)
    return RequestRejectedError(
        words,
        service=SERVICE,
        code=error,
        status=status,
        trace_id=trace,
        remedy=_REMEDY,
        details=details,
    )


def read_token_fault(answer: HttpAnswer) -> tuple[str, str, str]:
    """Return error, description and trace id of a refusal.

    Raises:
        UnreadableAnswerError: the answer is not what Entra ID documents.
    """
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("error"), str):
        raise UnreadableAnswerError(
            "The sign-in service answered something unexpected.", details=answer.excerpt()
        )
    trace = str(body.get("trace_id") or answer.trace_id)
    # Entra's description is a documented text with a number that administrators look up.
    return body["error"], redact(str(body.get("error_description") or "")), trace
