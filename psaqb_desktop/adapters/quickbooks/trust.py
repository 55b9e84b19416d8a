"""Nothing secret leaves for a host that this machine does not trust."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from psaqb_desktop.domain.environment import Environment, may_receive_secrets
from psaqb_desktop.domain.errors import UntrustedHostError
from psaqb_desktop.domain.quickbooks_addresses import is_api_address, is_token_address


def require_trusted(url: str, environment: Environment, *, connection_name: str) -> None:
    """Look at an address before a token or a secret is sent to it.

    Raises:
        UntrustedHostError: it is not trusted; nothing was sent.
    """
    _require(may_receive_secrets, url, environment, connection_name)


def require_api_address(url: str, environment: Environment, *, connection_name: str) -> None:
    """Look at an Access API URL: a trusted origin, with nothing that leads calls astray.

    Raises:
        UntrustedHostError: it is not trusted; nothing was sent.
    """
    _require(is_api_address, url, environment, connection_name)


def require_token_address(url: str, environment: Environment, *, connection_name: str) -> None:
    """Look at an Access Token URL: a trusted host, and no query or fragment.

    Raises:
        UntrustedHostError: it is not trusted; nothing was sent.
    """
    _require(is_token_address, url, environment, connection_name)


def _require(
    is_fine: Callable[[str, Environment], bool],
    url: str,
    environment: Environment,
    connection_name: str,
) -> None:
    host = "no address that can be read"
    try:
        if is_fine(url, environment):
            return
        host = urlsplit(url).netloc.rpartition("@")[2] or host
    except ValueError:
        pass  # an address that cannot be read is trusted with nothing
    raise UntrustedHostError(
        f"The connection “{connection_name}” names an address of {host} that is not trusted with "
        "QuickBooks credentials. Nothing was sent.",
        details=f"environment {environment.name} ({environment.kind.value})",
    )
