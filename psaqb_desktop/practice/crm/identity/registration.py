"""The app registration of the practice tenant: clients, redirect addresses, scopes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from psaqb_desktop.practice.crm.identity.errors import SignInError
from psaqb_desktop.practice.group import (
    PRACTICE_CRM_CLIENT_ID,
    PRACTICE_CRM_CLIENT_SECRET,
    PRACTICE_TENANT,
)

NATIVE_CLIENT_PATH = "/common/oauth2/nativeclient"
_MICROSOFT_NATIVE_CLIENT = "https://login.microsoftonline.com/common/oauth2/nativeclient"
_TENANTS = frozenset({PRACTICE_TENANT, "organizations", "common"})
_IDENTITY_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True)
class Scopes:
    """A scope parameter understood: the resource, what of it, and the identity scopes."""

    resource: str
    permission: str
    identity: frozenset[str]

    @property
    def text(self) -> str:
        """The scopes that a token answer lists."""
        granted = "user_impersonation"
        return " ".join([f"{self.resource}/{granted}", f"{self.resource}/.default"])


def demand_tenant(tenant: str) -> None:
    """Refuse a tenant that the practice directory does not know.

    Raises:
        SignInError: AADSTS90002.
    """
    if tenant.lower() not in _TENANTS:
        raise SignInError("invalid_request", 90002, f"Tenant '{tenant}' not found.")


def demand_client(client_id: str) -> None:
    """Refuse an application that is not registered.

    Raises:
        SignInError: AADSTS900144 or AADSTS700016.
    """
    if not client_id:
        message = "The request body must contain the following parameter: 'client_id'."
        raise SignInError("invalid_request", 900144, message)
    if client_id.lower() != PRACTICE_CRM_CLIENT_ID:
        message = (
            f"Application with identifier '{client_id}' was not found in the directory "
            "'Practice'. This can happen if the application has not been installed by the "
            "administrator of the tenant."
        )
        raise SignInError("unauthorized_client", 700016, message)


def demand_secret(secret: str) -> None:
    """Check the secret of an application that signs in for itself.

    Raises:
        SignInError: AADSTS7000216 or AADSTS7000215, with status 401.
    """
    if not secret:
        message = "'client_assertion' or 'client_secret' is required for this grant type."
        raise SignInError("invalid_client", 7000216, message, 401)
    if not secrets.compare_digest(secret.encode(), PRACTICE_CRM_CLIENT_SECRET.encode()):
        raise SignInError("invalid_client", 7000215, "Invalid client secret provided.", 401)


def demand_redirect(redirect_uri: str, base_url: str) -> None:
    """Refuse an address that is not registered; for localhost any port will do.

    Raises:
        SignInError: AADSTS50011.
    """
    allowed = {base_url + NATIVE_CLIENT_PATH, _MICROSOFT_NATIVE_CLIENT}
    parts = urlsplit(redirect_uri)
    is_loopback = parts.scheme == "http" and parts.hostname == "localhost"
    if redirect_uri in allowed or (is_loopback and parts.path in {"", "/"} and not parts.query):
        return
    message = (
        f"The redirect URI '{redirect_uri}' specified in the request does not match the redirect "
        f"URIs configured for the application '{PRACTICE_CRM_CLIENT_ID}'."
    )
    raise SignInError("invalid_request", 50011, message)


def read_scopes(text: str, base_url: str) -> Scopes:
    """Understand a scope parameter; it may name one resource only.

    Raises:
        SignInError: The scope is malformed or names a resource that is not this CRM.
    """
    parts = text.split()
    identity = frozenset(part for part in parts if part in _IDENTITY_SCOPES)
    others = [part for part in parts if part not in _IDENTITY_SCOPES]
    resources = set()
    permission = ".default"
    for part in others:
        resource, separator, permission = part.rpartition("/")
        if not separator or not urlsplit(resource).hostname:
            message = f"The provided value for the input parameter 'scope' is not valid: {part}."
            raise SignInError("invalid_scope", 70011, message)
        resources.add(resource.rstrip("/"))
    if len(resources) > 1:
        message = "Provided value for the input parameter scope contains more than one resource."
        raise SignInError("invalid_request", 28000, message)
    for resource in resources:
        _demand_resource(resource, base_url)
    if permission not in {".default", "user_impersonation"}:
        message = f"The provided value for the input parameter 'scope' is not valid: {text}."
        raise SignInError("invalid_scope", 70011, message)
    return Scopes(base_url, permission, identity)


def is_same_server(first: str, second: str) -> bool:
    """Whether two addresses mean one server; localhost and 127.0.0.1 do."""
    return _server(urlsplit(first)) == _server(urlsplit(second))


def _demand_resource(resource: str, base_url: str) -> None:
    if not is_same_server(resource, base_url):
        message = (
            f"The resource principal named {resource} was not found in the tenant named Practice."
        )
        raise SignInError("invalid_resource", 500011, message)


def _server(parts: SplitResult) -> tuple[str, str, int | None]:
    host = parts.hostname or ""
    return parts.scheme, "loopback" if host in _LOOPBACK else host, parts.port
