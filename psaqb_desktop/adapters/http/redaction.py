"""Keeps tokens, secrets and codes out of logs and reports."""

from __future__ import annotations

import logging
import re
from urllib.parse import parse_qsl, urlsplit

HIDDEN = "[hidden]"

# Names as services and tables write them: refresh_token, refreshToken, psaqb_clientsecret. Only
# the version of a QuickBooks record (SyncToken) is no secret, and support wants it.
_TELLING = r"(?:secret|token|passw(?:or)?d|passphrase|verifier|credential|api[-_]?key|assertion)"
_SECRET = rf"(?<!sync)(?<!sync_){_TELLING}[\w.-]{{0,40}}"
_NAME = rf"{_SECRET}|\b(?:authorization|code|state)\b|(?:device|user|auth)_?code\b"
_PATTERNS = (
    # The name in front of the credentials stays, so that a reader sees what was hidden.
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # JSON, also inside a JSON text (\"name\": \"value\") and cut off before the closing mark.
    (
        re.compile(
            rf"""((?:{_NAME})\\*["']?\s*[:=]\s*)(\\*["'])(?:(?!\2)\\.|(?!\2)[\s\S])*(\2|$)""",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}\3",
    ),
    # Forms and queries.
    (re.compile(rf"((?:{_NAME})=)[^&\s\"'<>,;)]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    # Headers and notes: a bare word after a colon.
    (
        re.compile(
            rf"((?:{_SECRET})\\*[\"']?:\s*)(?!true\b|false\b|null\b|\d{{1,9}}\b|\[hidden)"
            r"[^\s\"'\\<>,;&)}{\[\]]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    # XML.
    (re.compile(rf"(<[\w:]{{0,40}}{_TELLING}\w{{0,40}}>)[^<]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    # A JSON web token or Intuit's access token (a JWE) that stands alone.
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9._-]+"), HIDDEN),
)
_FAULT_CODE = re.compile(r"""(["']?\bcode["']?\s*[:=]\s*["']?)(\d{1,6})(?![\w-])""", re.IGNORECASE)
_MARK = "\x00"


def redact(text: str) -> str:
    """Return ``text`` without bearer tokens, basic credentials, token values, codes and secrets.

    A numeric ``code`` of up to six digits is a fault's number, not an authorization code; it stays.
    """
    kept = _FAULT_CODE.sub(_shield, text)
    for pattern, instead in _PATTERNS:
        kept = pattern.sub(instead, kept)
    return kept.replace(_MARK, "")


def _shield(match: re.Match[str]) -> str:
    # A mark inside the name keeps the patterns from taking the number for a secret.
    return match.group(1).replace("ode", f"od{_MARK}e", 1).replace(
        "ODE", f"OD{_MARK}E", 1
    ) + match.group(2)


def loggable(url: str) -> str:
    """Return host, path and the *names* of the query's parts: values may be secrets or data."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    return f"{host}{port}{parts.path}" + (f"?{'&'.join(names)}" if names else "")


class RedactingFilter(logging.Filter):
    """Redacts each record's message before a handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, redacted."""
        message = record.getMessage()
        clean = redact(message)
        if clean != message:
            record.msg, record.args = clean, None
        return True


class RedactingFormatter(logging.Formatter):
    """Redacts the whole line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """Format, then hide what is secret."""
        return redact(super().format(record))
