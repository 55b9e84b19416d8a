"""Nothing secret gets into a log, and what support needs stays."""

from __future__ import annotations

import io
import logging

import pytest

from psaqb_desktop.adapters.http.redaction import (
    RedactingFilter,
    RedactingFormatter,
    loggable,
    redact,
)

SECRET = "AB11756-SECRET_Value.9"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f'{{"access_token":"{SECRET}","expires_in":3600}}',
        f'{{"refresh_token": "{SECRET}',
        f"grant_type=refresh_token&refresh_token={SECRET}",
        f"https://localhost/cb?code={SECRET}&state=x&realmId=9",
        f"https://localhost/cb?state={SECRET}",
        f'"token": "{SECRET}"',
        f"client_secret={SECRET}",
        f"token eyJlbmMiOiJBMTI4Q0JD.{SECRET}",
        f'{{"psaqb_name":"x","psaqb_clientsecret":"{SECRET}","psaqb_hasclientsecret":true',
        f'{{"psaqb_refreshtoken":"{SECRET}',
        f'{{"clientSecret": "{SECRET}", "x": 1}}',
        f"{{'refreshToken': '{SECRET}'}}",
        f'{{"accessToken":"a\\"{SECRET}"}}',
        f'{{"inner": "{{\\"refresh_token\\": \\"{SECRET}\\"}}"}}',
        f"grant_type=x&clientSecret={SECRET}&a=1",
        f"code_verifier={SECRET}",
        f'"codeVerifier":"{SECRET}"',
        f"psaqb_refreshtoken={SECRET}",
        f"X-Api-Key: {SECRET}",
        f"X-Refresh-Token: {SECRET}",
        f"<psaqb:refreshtoken>{SECRET}</psaqb:refreshtoken>",
        f'userPassword = "{SECRET}"',
        f'"device_code":"{SECRET}"',
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    assert SECRET not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"Fault":{"Error":[{"code":"6140","Message":"Duplicate"}],"type":"ValidationFault"}}',
        "code=003001; statusCode=429",
        '{"Id":"12","SyncToken":"3","sparse":true}',
        '{"x_refresh_token_expires_in": 8726400, "psaqb_hasrefreshtoken": true}',
        "Token expired",
        "invoice INV-2026-000317 for Contoso, 1,200.00 GBP, realmId=9130",
    ],
)
def test_what_support_needs_stays(text: str) -> None:
    assert redact(text) == text


def test_an_address_is_logged_without_values_and_credentials() -> None:
    url = f"https://user:{SECRET}@host:8443/v3/query?requestid={SECRET}&minorversion=75"
    assert loggable(url) == "host:8443/v3/query?requestid&minorversion"


def logged(write: str) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("test_http_redaction")
    logger.propagate = False
    logger.handlers = [handler]
    if write == "formatter":
        handler.setFormatter(RedactingFormatter("%(message)s"))
        try:
            int(f"refresh_token={SECRET}")
        except ValueError:
            logger.exception("failed with Bearer %s", SECRET)
    else:
        handler.addFilter(RedactingFilter())
        logger.warning("failed with Bearer %s", SECRET)
        logger.warning("100 %% of %d", 3)
    return stream.getvalue()


def test_the_formatter_hides_secrets_in_tracebacks_too() -> None:
    text = logged("formatter")
    assert "Traceback" in text
    assert SECRET not in text


def test_the_filter_hides_secrets_in_arguments() -> None:
    assert logged("filter") == "failed with Bearer [hidden]\n100 % of 3\n"
