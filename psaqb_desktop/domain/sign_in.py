"""Signing in: what a browser is asked to open and what comes back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.errors import Cancelled, RequestRejectedError, UnreadableAnswerError
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One trip of a browser to an authorize address and back to ``redirect_uri``.

    ``allowed_hosts`` are the suffixes of host names that the embedded browser may visit.
    """

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    title: str = "Sign in"
    allowed_hosts: tuple[str, ...] = ()
    code_verifier: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types on another screen to sign in (RFC 8628)."""

    user_code: str
    verification_uri: str
    message: str
    expires: datetime
    interval_seconds: float
    device_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redirect:
    """What the service put on the redirected address."""

    code: str = field(repr=False)
    realm_id: str = ""


def read_redirect(request: AuthorizationRequest, redirected_url: str) -> Redirect:
    """Check the redirected address and read the code from it.

    Raises:
        Cancelled: the person refused consent (``access_denied``).
        RequestRejectedError: the service reports another error.
        UnreadableAnswerError: another address, a wrong ``state`` or no code: nothing of it is used.
    """
    wanted = urlsplit(request.redirect_uri)
    try:
        got = urlsplit(redirected_url.strip())
    except ValueError:
        got = urlsplit("")  # not an address at all
    if (wanted.scheme, wanted.netloc, wanted.path or "/") != (
        got.scheme,
        got.netloc,
        got.path or "/",
    ):
        raise UnreadableAnswerError(
            "That is not the address to which the sign-in page was to return.",
            remedy=f"Copy the whole address that begins with {request.redirect_uri}.",
        )
    answer = {key: values[0] for key, values in parse_qs(got.query).items()}
    if not hmac.compare_digest(answer.get("state", "").encode(), request.state.encode()):
        raise UnreadableAnswerError(
            "The address belongs to another sign-in (its state does not match). It was not used.",
            remedy="Start the sign-in again and use the address of that window.",
        )
    if answer.get("error") in {"access_denied", "consent_required"}:
        raise Cancelled("Access was not granted.")
    if "error" in answer:
        raise RequestRejectedError(
            answer.get("error_description") or f"The sign-in page reports {answer['error']}.",
            service="sign-in",
            code=answer["error"],
            remedy="Start the sign-in again.",
        )
    if not answer.get("code"):
        raise UnreadableAnswerError(
            "The address holds no code.", remedy="Copy the whole address, to its very end."
        )
    return Redirect(answer["code"], answer.get("realmId", ""))


@dataclass(frozen=True, slots=True)
class CompanyFound:
    """The company that a sign-in reached, before a person confirmed that it is the right one."""

    connection: Connection
    company: CompanyInfo
    home_currency: str
    tokens: TokenAnswer
    client_secret: str = field(repr=False)
