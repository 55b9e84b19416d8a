"""Environments: one CRM with its companies (production, sandbox or practice)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

INTUIT_AUTHORIZE_URL = "https://appcenter.intuit.com/connect/oauth2"
INTUIT_TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105
INTUIT_REVOKE_URL = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
INTUIT_API_URL = "https://quickbooks.api.intuit.com"
INTUIT_SANDBOX_API_URL = "https://sandbox-quickbooks.api.intuit.com"
INTUIT_PLAYGROUND_REDIRECT = "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl"
"""May be registered under development and production keys; caught before it is loaded."""
INTUIT_HOSTS = frozenset(
    {
        "oauth.platform.intuit.com",
        "developer.api.intuit.com",
        "quickbooks.api.intuit.com",
        "sandbox-quickbooks.api.intuit.com",
    }
)
"""All hosts of Intuit that get a QuickBooks token or secret, each where its kind is at home."""


class EnvironmentKind(Enum):
    """What is at stake: real books, Intuit's sandbox, or the practice company."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    PRACTICE = "practice"


class SignInMethod(Enum):
    """How a person or a service signs in to the CRM."""

    EMBEDDED_BROWSER = "embedded-browser"
    SYSTEM_BROWSER = "system-browser"
    DEVICE_CODE = "device-code"
    CLIENT_CREDENTIALS = "client-credentials"


@dataclass(frozen=True, slots=True)
class Environment:
    """One table of ``environments.toml``.

    ``trusted_hosts`` are ``host:port`` that may get QuickBooks secrets besides Intuit's own;
    they count in sandbox and practice environments only.
    """

    name: str
    kind: EnvironmentKind
    crm_url: str
    authority: str = "https://login.microsoftonline.com"
    tenant: str = "organizations"
    client_id: str = ""
    sign_in: SignInMethod = SignInMethod.EMBEDDED_BROWSER
    quickbooks_authorize_url: str = INTUIT_AUTHORIZE_URL
    quickbooks_redirect_uri: str = INTUIT_PLAYGROUND_REDIRECT
    trusted_hosts: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """True where a push changes real books."""
        return self.kind is EnvironmentKind.PRODUCTION

    @property
    def default_token_url(self) -> str:
        """Access Token URL offered for a new connection."""
        if self._is_intuit:
            return INTUIT_TOKEN_URL
        return f"{self._origin}/oauth2/v1/tokens/bearer"

    @property
    def default_api_url(self) -> str:
        """Access API URL offered for a new connection."""
        if not self._is_intuit:
            return self._origin
        if self.kind is EnvironmentKind.PRODUCTION:
            return INTUIT_API_URL
        return INTUIT_SANDBOX_API_URL

    @property
    def revoke_url(self) -> str:
        """Where a token is revoked when a company is disconnected."""
        if self._is_intuit:
            return INTUIT_REVOKE_URL
        return f"{self._origin}/v2/oauth2/tokens/revoke"

    @property
    def _is_intuit(self) -> bool:
        return urlsplit(self.quickbooks_authorize_url).hostname == "appcenter.intuit.com"

    @property
    def _origin(self) -> str:
        parts = urlsplit(self.quickbooks_authorize_url)
        return f"{parts.scheme}://{parts.netloc}"


_INTUIT_SIGN_IN_HOSTS = frozenset({"oauth.platform.intuit.com", "developer.api.intuit.com"})
_INTUIT_HOSTS_OF = {
    EnvironmentKind.PRODUCTION: _INTUIT_SIGN_IN_HOSTS | {"quickbooks.api.intuit.com"},
    EnvironmentKind.SANDBOX: _INTUIT_SIGN_IN_HOSTS | {"sandbox-quickbooks.api.intuit.com"},
    EnvironmentKind.PRACTICE: frozenset[str](),
}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def may_receive_secrets(url: str, environment: Environment) -> bool:
    """Tell whether a QuickBooks token or secret may be sent to ``url``.

    Addresses from CRM records are untrusted: only Intuit's hosts of the environment's kind, and in
    sandbox and practice environments the hosts that the local user trusts, over TLS except on
    loopback. No trust of the local user lets a sandbox or a practice reach live books.
    """
    try:
        parts = urlsplit(url)
        explicit_port = parts.port
    except ValueError:
        return False  # not an address at all
    host = (parts.hostname or "").lower()
    if parts.username or parts.password or not host:
        return False
    if host in INTUIT_HOSTS:
        is_at_home = host in _INTUIT_HOSTS_OF[environment.kind]
        return is_at_home and parts.scheme == "https" and explicit_port in (None, 443)
    if environment.kind is EnvironmentKind.PRODUCTION:
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        return False
    port = (443 if parts.scheme == "https" else 80) if explicit_port is None else explicit_port
    return f"{host}:{port}" in {trusted.lower() for trusted in environment.trusted_hosts}
