"""Requests to Entra ID's OAuth 2 end points: authorize address, tokens, device codes.

Observed (reference ``dataverse.md`` 1): a public client must send no secret; a refresh answers a
new refresh token each time and leaves the old one valid; without ``offline_access`` there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from psaqb_desktop.adapters.dataverse.sign_in_faults import read_token_fault, token_error
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.domain.environment import LOOPBACK, Environment
from psaqb_desktop.domain.errors import UnreadableAnswerError, UntrustedHostError
from psaqb_desktop.domain.sign_in import AuthorizationRequest

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SIGN_IN_HOSTS = (
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.live.com",
    "login.windows.net",
    "account.live.com",
    "account.activedirectory.windowsazure.com",
    "mysignins.microsoft.com",
    "device.login.microsoftonline.com",
    "autologon.microsoftazuread-sso.com",
    "aadcdn.msauth.net",
    "aadcdn.msftauth.net",
    "aadcdn.msauthimages.net",
    "aadcdn.msftauthimages.net",
    "logincdn.msauth.net",
    "logincdn.msftauth.net",
    "lgincdn.msauth.net",
    "acctcdn.msauth.net",
)
"""Where Microsoft's sign-in pages and their parts come from."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token end point answered; ``refresh_token`` is empty for an application."""

    access_token: str = field(repr=False)
    expires: datetime
    refresh_token: str = field(default="", repr=False)


class EntraEndpoints:
    """The end points of one tenant for one registered program and one CRM."""

    def __init__(self, environment: Environment, http: HttpSession) -> None:
        """``http`` is only used for tokens; the authorize address is for a browser.

        Raises:
            UntrustedHostError: the authority would get secrets without TLS.
        """
        authority = urlsplit(environment.authority)
        if authority.scheme != "https" and authority.hostname not in LOOPBACK:
            raise UntrustedHostError(
                f"{environment.authority} is not protected (https). Nothing was sent.",
                remedy="Correct authority of the environment.",
            )
        self._authority = environment.authority.rstrip("/")
        self._endpoint = f"{self._authority}/{environment.tenant}/oauth2/v2.0"
        self._client_id = environment.client_id
        crm = environment.crm_url.rstrip("/")
        self._scope = f"{crm}/user_impersonation offline_access openid profile"
        self._application_scope = f"{crm}/.default"
        self._http = http

    @property
    def embedded_redirect(self) -> str:
        """The address that Entra keeps for browsers inside programs."""
        return f"{self._authority}/common/oauth2/nativeclient"

    def authorization_request(self, redirect_uri: str) -> AuthorizationRequest:
        """Make an authorize address with fresh state and code verifier (PKCE, S256)."""
        # authlib is loaded when somebody signs in, not when the program starts.
        from authlib.common.security import generate_token  # noqa: PLC0415
        from authlib.oauth2.client import OAuth2Client  # noqa: PLC0415

        verifier = generate_token(64)
        url, state = OAuth2Client(
            None, self._client_id, scope=self._scope, code_challenge_method="S256"
        ).create_authorization_url(
            f"{self._endpoint}/authorize",
            state=generate_token(32),
            code_verifier=verifier,
            redirect_uri=redirect_uri,
            response_mode="query",
            prompt="select_account",
        )
        host = urlsplit(self._authority).hostname or ""
        return AuthorizationRequest(
            url=url,
            redirect_uri=redirect_uri,
            state=state,
            title="Sign in to the CRM",
            allowed_hosts=tuple(dict.fromkeys((host, *_SIGN_IN_HOSTS))),
            code_verifier=verifier,
        )

    def redeem_code(self, request: AuthorizationRequest, code: str, *, now: datetime) -> Tokens:
        """Trade an authorization code; it works once."""
        return self._tokens(
            "authorization_code",
            {
                "code": code,
                "code_verifier": request.code_verifier,
                "redirect_uri": request.redirect_uri,
                "scope": self._scope,
            },
            now=now,
            is_safe=False,
        )

    def refresh(self, refresh_token: str, *, now: datetime) -> Tokens:
        """Trade a refresh token; the old one stays valid, so a lost answer costs nothing."""
        form = {"refresh_token": refresh_token, "scope": self._scope}
        return self._tokens("refresh_token", form, now=now, is_safe=True)

    def application_token(self, client_secret: str, *, now: datetime) -> Tokens:
        """Get a token for the application itself."""
        form = {"scope": self._application_scope}
        return self._tokens("client_credentials", form, now=now, is_safe=True, secret=client_secret)

    def device_token(self, device_code: str, *, now: datetime) -> Tokens:
        """Ask whether a device code has been used."""
        return self._tokens(_DEVICE_GRANT, {"device_code": device_code}, now=now, is_safe=False)

    def device_code(self) -> dict[str, Any]:
        """Ask for a device code."""
        form = {"client_id": self._client_id, "scope": self._scope}
        return self._post("devicecode", form, is_safe=True)

    def _tokens(
        self, grant: str, form: dict[str, str], *, now: datetime, is_safe: bool, secret: str = ""
    ) -> Tokens:
        form = {"grant_type": grant, "client_id": self._client_id, **form}
        if secret:
            form["client_secret"] = secret
        answer = self._post("token", form, is_safe=is_safe)
        try:
            life = timedelta(seconds=int(answer["expires_in"]))
            return Tokens(
                str(answer["access_token"]), now + life, str(answer.get("refresh_token") or "")
            )
        except (KeyError, TypeError, ValueError) as error:
            # Which names came is told, never their values.
            raise UnreadableAnswerError(
                "The sign-in service answered no token.", details=", ".join(sorted(answer))
            ) from error

    def _post(self, endpoint: str, form: dict[str, str], *, is_safe: bool) -> dict[str, Any]:
        from authlib.common.urls import url_encode  # noqa: PLC0415 - see above

        answer = self._http.send(
            "POST",
            f"{self._endpoint}/{endpoint}",
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            data=url_encode(list(form.items())),
            is_safe_to_repeat=is_safe,
            is_confidential=True,
        )
        if answer.status >= 400:
            error, description, trace = read_token_fault(answer)
            raise token_error(error, description, status=answer.status, trace=trace)
        body = answer.json()
        if not isinstance(body, dict):
            raise UnreadableAnswerError("The sign-in service answered something unexpected.")
        return body
