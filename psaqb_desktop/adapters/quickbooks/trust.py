"""Nothing secret leaves for a host that this machine does not trust."""

from __future__ import annotations

from urllib.parse import urlsplit

from psaqb_desktop.domain.environment import Environment, may_receive_secrets
from psaqb_desktop.domain.errors import UntrustedHostError


def require_trusted(url: str, environment: Environment, *, connection_name: str) -> None:
    """Look at an address before a token or a secret is sent to it.

    Raises:
        UntrustedHostError: it is not trusted; nothing was sent.
    """
    host = "no address that can be read"
    try:
        if may_receive_secrets(url, environment):
            return
        host = urlsplit(url).netloc.rpartition("@")[2] or host
    except ValueError:
        pass  # an address that cannot be read is trusted with nothing
    raise UntrustedHostError(
        f"The connection “{connection_name}” names {host}, which is not trusted with QuickBooks "
        "credentials. Nothing was sent.",
        details=f"environment {environment.name} ({environment.kind.value})",
    )
