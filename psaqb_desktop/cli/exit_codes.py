"""Exit codes, so that a scheduler can tell what happened without reading texts."""

from __future__ import annotations

from psaqb_desktop.domain import errors

OK = 0
NEEDS_ATTENTION = 1
"""The command ran; some invoice failed, is not ready or needs a look."""
USAGE = 2
SIGN_IN_NEEDED = 3
UNAVAILABLE = 4
"""A service cannot be reached or is throttling; nothing was changed; try again later."""
SETTINGS = 5
"""Settings, secret store, journal or the CRM's set-up are in the way."""
OUTCOME_UNKNOWN = 6
"""At least one invoice was sent and its outcome is not known yet; run ``psaqb settle``."""
REFUSED = 7
"""A service refused the request."""
CANCELLED = 130

_BY_CLASS: tuple[tuple[type[errors.AppError], int], ...] = (
    (errors.Cancelled, CANCELLED),
    (errors.SignInNeededError, SIGN_IN_NEEDED),
    (errors.ServiceUnavailableError, UNAVAILABLE),
    (errors.LeaseTakenError, UNAVAILABLE),
    (errors.OutcomeUnknownError, OUTCOME_UNKNOWN),
    (errors.SettingsError, SETTINGS),
    (errors.SecretStoreError, SETTINGS),
    (errors.SecretHiddenError, SETTINGS),
    (errors.JournalError, SETTINGS),
    (errors.NotSetUpError, SETTINGS),
    (errors.UntrustedHostError, SETTINGS),
    (errors.WrongEnvironmentError, SETTINGS),
)


def exit_code_of(error: errors.AppError) -> int:
    """Return the exit code of an error."""
    return next((code for kind, code in _BY_CLASS if isinstance(error, kind)), REFUSED)
