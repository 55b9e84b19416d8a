"""Refusals of the token end point, in Entra's shape."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4


class SignInError(Exception):
    """One refusal: OAuth error word, AADSTS number, message, HTTP status."""

    def __init__(self, error: str, number: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error = error
        self.number = number
        self.status = status
        self._message = message
        self._trace = str(uuid4())
        self._correlation = str(uuid4())
        self._moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z"

    @property
    def description(self) -> str:
        """The long text with trace ids at its end."""
        return (
            f"AADSTS{self.number}: {self._message} Trace ID: {self._trace} "
            f"Correlation ID: {self._correlation} Timestamp: {self._moment}"
        )

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {
            "error": self.error,
            "error_description": self.description,
            "error_codes": [self.number],
            "timestamp": self._moment,
            "trace_id": self._trace,
            "correlation_id": self._correlation,
        }
