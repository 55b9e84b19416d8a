"""What the token endpoint answers, good and bad."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.refusals import SERVICE
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.errors import (
    AppError,
    RequestRejectedError,
    SignInNeededError,
    UnreadableAnswerError,
)

_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
_ACCESS_TOKEN_SECONDS = 3600
_REFRESH_TOKEN_SECONDS = 8726400
_KEYS_REMEDY = (
    "Compare Client ID and Security Key with the keys of the app in Intuit's developer pages; "
    "sandbox and production have different ones."
)


def token_answer(answer: HttpAnswer, received: datetime, sent_refresh_token: str) -> TokenAnswer:
    """Read the tokens of a good answer.

    Dates that are missing are assumed as documented rather than refused: the refresh token in the
    answer may be the only one that works from now on.

    Raises:
        UnreadableAnswerError: it holds no tokens.
    """
    data = read.as_object(answer.json(), "the token answer")
    access_token = data.get("access_token")
    refresh_token = data.get("refresh_token") or sent_refresh_token
    if not isinstance(access_token, str) or not access_token or not refresh_token:
        raise UnreadableAnswerError(
            "The answer of QuickBooks' sign-in service holds no tokens.", details=answer.excerpt()
        )
    hard = _seconds(data.get("x_refresh_token_hard_expires_in"))
    return TokenAnswer(
        access_token=access_token,
        refresh_token=str(refresh_token),
        received=received,
        access_token_expires=received
        + (_seconds(data.get("expires_in")) or timedelta(seconds=_ACCESS_TOKEN_SECONDS)),
        refresh_token_expires=received
        + (
            _seconds(data.get("x_refresh_token_expires_in"))
            or timedelta(seconds=_REFRESH_TOKEN_SECONDS)
        ),
        # 0 is what Intuit's own clients make of "not told".
        refresh_token_hard_expires=received + hard if hard else None,
        issued=answer.date,
    )


def token_refusal(answer: HttpAnswer, connection_name: str, *, is_first_time: bool) -> AppError:
    """Return the error that a 4xx of the token endpoint means."""
    error = _error_code(answer)
    details = answer.excerpt()
    if error == "invalid_grant":
        return SignInNeededError(
            "QuickBooks did not accept the sign-in: it took too long, was used already, or the "
            "redirect address or the keys differ. Nothing was stored."
            if is_first_time
            else f"QuickBooks asks you to sign in again for {connection_name}.",
            service=connection_name,
            details=details,
        )
    what = (
        f"QuickBooks does not know the Client ID and Security Key of {connection_name}."
        if error == "invalid_client" or answer.status == 401
        else f"QuickBooks' sign-in service refused {connection_name}: "
        f"{error or f'HTTP {answer.status}'}."
    )
    return RequestRejectedError(
        f"{what} Nothing was changed.",
        service=SERVICE,
        code=error,
        status=answer.status,
        trace_id=answer.trace_id,
        remedy=_KEYS_REMEDY,
        details=details,
    )


def _error_code(answer: HttpAnswer) -> str:
    """Return OAuth's error word; other text of the answer might repeat what was sent."""
    try:
        data = answer.json()
    except UnreadableAnswerError:
        return ""
    error = data.get("error") if isinstance(data, dict) else None
    return error if isinstance(error, str) and _ERROR_CODE.fullmatch(error) else ""


def _seconds(value: Any) -> timedelta | None:
    try:
        seconds = int(value or 0)
    except (TypeError, ValueError):
        return None
    return timedelta(seconds=seconds) if 0 < seconds < 10**9 else None
