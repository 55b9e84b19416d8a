"""One table of environments.toml as an Environment, and back; mistakes are named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from psaqb_desktop.domain.environment import (
    INTUIT_AUTHORIZE_URL,
    LOOPBACK,
    Environment,
    EnvironmentKind,
    SignInMethod,
)
from psaqb_desktop.domain.errors import SettingsError

E = TypeVar("E", bound=Enum)
_NAME = re.compile(r"[\w][\w .-]{0,49}")
_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:/@\[\]]+):([0-9]{1,5})")
KEYS = tuple(f.name for f in fields(Environment) if f.name != "name")
_DEFAULTS = {f.name: f.default for f in fields(Environment) if f.default is not MISSING}


class _Table:
    """A table under reading: hands out values, and errors that name table and key."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self.name = name
        self._values = values

    def wrong(self, key: str, what: str, remedy: str = "") -> SettingsError:
        return SettingsError(f"environments.toml, [{self.name}], {key}: {what}", remedy=remedy)

    def text(self, key: str) -> str:
        value = self._values.get(key, _DEFAULTS.get(key))
        if value is None:
            raise self.wrong(key, "is missing.", f'Add {key} = "…" to the table.')
        if not isinstance(value, str):
            raise self.wrong(key, "must be text in quotes.")
        return value.strip()

    def choice(self, key: str, kind: type[E]) -> E:
        default = _DEFAULTS.get(key)
        if key not in self._values and isinstance(default, kind):
            return default
        text = self.text(key)
        known = [str(member.value) for member in kind]
        if text not in known:
            raise self.wrong(key, f"“{text}” is not one of {', '.join(known)}.")
        return kind(text)

    def url(self, key: str) -> str:
        """Read an address: https, or http on this machine."""
        text = self.text(key)
        try:
            parts = urlsplit(text)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise self.wrong(key, f"“{text}” is not an address ({error}).") from error
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
        if not host or not is_safe or parts.username is not None or parts.query or parts.fragment:
            raise self.wrong(key, f"“{text}” is not an address that begins with https://.")
        return text.rstrip("/") if key in {"crm_url", "authority"} else text

    def hosts(self, key: str) -> tuple[str, ...]:
        values = self._values.get(key, ())
        if isinstance(values, str) or not all(isinstance(value, str) for value in values):
            raise self.wrong(key, 'must be a list such as ["localhost:8443"].')
        for value in values:
            match = _HOST_AND_PORT.fullmatch(value)
            if not match or not 0 < int(match[2]) < 65536:
                raise self.wrong(key, f"“{value}” is not a host with its port (host:port).")
        return tuple(map(str, values))


def read_table(name: str, values: Mapping[str, Any]) -> Environment:
    """Return the environment of one table.

    Raises:
        SettingsError: names the table and the key that cannot be used as it is.
    """
    table = _Table(name, values)
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"environments.toml: “{name}” cannot be the name of an environment.",
            remedy="Use up to 50 letters, digits, spaces, dots and hyphens.",
        )
    for key in values:
        if key not in KEYS:
            import difflib  # noqa: PLC0415 - for mistakes only, and the start is short of time

            near = difflib.get_close_matches(key, KEYS, 1)
            raise table.wrong(key, "is not known.", f"Did you mean {near[0]}?" if near else "")
    environment = Environment(
        name=name,
        kind=table.choice("kind", EnvironmentKind),
        crm_url=table.url("crm_url"),
        authority=table.url("authority"),
        tenant=table.text("tenant"),
        client_id=table.text("client_id"),
        sign_in=table.choice("sign_in", SignInMethod),
        quickbooks_authorize_url=table.url("quickbooks_authorize_url"),
        quickbooks_redirect_uri=table.url("quickbooks_redirect_uri"),
        trusted_hosts=table.hosts("trusted_hosts"),
    )
    _require_intuit_in_production(table, environment)
    return environment


def _require_intuit_in_production(table: _Table, environment: Environment) -> None:
    if not environment.is_live:
        return
    if environment.trusted_hosts:
        raise table.wrong(
            "trusted_hosts",
            "production sends secrets to Intuit only.",
            "Remove the key, or make the environment a sandbox.",
        )
    if environment.quickbooks_authorize_url != INTUIT_AUTHORIZE_URL:
        raise table.wrong(
            "quickbooks_authorize_url",
            "production signs in at Intuit only.",
            "Remove the key, or make the environment a sandbox.",
        )


def table_values(environment: Environment) -> dict[str, str | list[str]]:
    """Return what a table must say; defaults are left out."""
    values: dict[str, str | list[str]] = {}
    for key in KEYS:
        value = getattr(environment, key)
        if key in _DEFAULTS and value == _DEFAULTS[key]:
            continue
        if isinstance(value, Enum):
            value = value.value
        values[key] = list(value) if isinstance(value, tuple) else value
    return values
