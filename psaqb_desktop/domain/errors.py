"""What can go wrong, as facts and plain sentences.

AppError
├── Cancelled                  a person changed their mind; nothing is shown
├── SignInNeededError          a service asks for a person to sign in (again)
├── ServiceUnavailableError    no connection, time-out while reading, 429 or 5xx after all tries
│   └── TurnGivenUpError       turned away (429), and not to be tried again
├── OutcomeUnknownError        a write was sent and no answer came: it may or may not be there
│   └── RequestIdUsedError     the request id is used up, by this write or by an older one
├── RequestRejectedError       the service understood and said no
│   └── NumberTakenError       another document has the number
├── StaleRecordError           somebody else changed the record in between (412, 5010)
├── UnreadableAnswerError      an answer that is not what the service documents
├── UntrustedHostError         a secret would have gone to a host that is not trusted
├── SecretHiddenError          the secret exists, but this user may not read it
├── SecretStoreError           the keyring or secret file could not be used
├── JournalError               the local journal could not be read or written
│   └── JournalDamagedError    its contents are not what the program wrote
├── SettingsError              environments.toml cannot be used as it is
├── LeaseTakenError            another desktop is refreshing the token just now
├── WrongCompanyError          a connection is bound to another QuickBooks company
└── NotSetUpError              the CRM has no tables of ours yet

Each says what happened, whether anything was changed, and what to do next: ``str(error)`` is what
happened, ``remedy`` what to do, ``details`` what support needs (never a secret).
"""

from __future__ import annotations


class AppError(Exception):
    """Something that a person can be told about.

    Attributes:
        remedy: the next step, a sentence in plain words.
        details: raw fault, codes and trace ids for support; may be empty.
    """

    default_remedy = ""

    def __init__(self, what_happened: str, *, remedy: str = "", details: str = "") -> None:
        super().__init__(what_happened)
        self.remedy = remedy or self.default_remedy
        self.details = details


class Cancelled(AppError):  # noqa: N818 - not an error: a person's decision
    """The person closed the window or pressed Cancel."""


class SignInNeededError(AppError):
    """A person must sign in. ``service`` is ``CRM`` or the connection's name."""

    default_remedy = "Sign in again; nothing was lost, and waiting invoices stay where they are."

    def __init__(self, what_happened: str, *, service: str, details: str = "") -> None:
        super().__init__(what_happened, details=details)
        self.service = service


class ServiceUnavailableError(AppError):
    """A service cannot be reached or asks for patience; nothing was changed by this call.

    ``retry_after`` is in seconds where the service named a time.
    """

    default_remedy = "Nothing was changed. Check the network and try again in a minute."

    def __init__(
        self,
        what_happened: str,
        *,
        service: str,
        retry_after: float | None = None,
        remedy: str = "",
        details: str = "",
    ) -> None:
        super().__init__(what_happened, remedy=remedy, details=details)
        self.service = service
        self.retry_after = retry_after


class TurnGivenUpError(ServiceUnavailableError):
    """The service did not take a write, and whoever wanted it gave up before the next try."""


class OutcomeUnknownError(AppError):
    """A write left this machine and its answer was lost, late or unreadable."""

    default_remedy = (
        "It will be checked with QuickBooks. Please do not enter the invoice by hand meanwhile."
    )


class RequestIdUsedError(OutcomeUnknownError):
    """The service knows the request id and does not say what became of it."""


class RequestRejectedError(AppError):
    """The service said no. ``code`` and ``element`` are the service's own words.

    ``status`` is the HTTP status.
    """

    def __init__(  # noqa: PLR0913 - the facts of one refusal
        self,
        what_happened: str,
        *,
        service: str,
        code: str = "",
        element: str = "",
        status: int = 0,
        trace_id: str = "",
        remedy: str = "",
        details: str = "",
    ) -> None:
        super().__init__(what_happened, remedy=remedy, details=details)
        self.service = service
        self.code = code
        self.element = element
        self.status = status
        self.trace_id = trace_id


class NumberTakenError(RequestRejectedError):
    """The number is taken. ``holder`` is type and id of the document that has it, as told."""

    holder: tuple[str, str] | None = None


class StaleRecordError(AppError):
    """The record has changed since it was read; nothing was written."""

    default_remedy = "Refresh and look at the change before you continue."


class UnreadableAnswerError(AppError):
    """The answer was not JSON, or lacked what the service documents."""

    default_remedy = "Try again; if it comes back, send the details to support."


class UntrustedHostError(AppError):
    """A secret was about to go to a host that nobody on this machine trusts. Nothing was sent."""

    default_remedy = (
        "Compare the address in the connection with Intuit's. For a sandbox or practice service, "
        "add the host to trusted_hosts of the environment."
    )


class SecretHiddenError(AppError):
    """The CRM holds the secret, but this user may not read the secured column."""

    default_remedy = (
        "Ask a CRM administrator to add you to the field security profile “PSAQB credentials”."
    )


class SecretStoreError(AppError):
    """The keyring (or the passphrase-sealed file) is missing, locked or refused."""

    default_remedy = (
        "Unlock the system keyring, or choose a passphrase-sealed file "
        "(PSAQB_KEYRING_FILE) on a machine without one."
    )


class JournalError(AppError):
    """The journal on this machine could not be used, so nothing is pushed."""

    default_remedy = "Free disk space or repair the file, then start the program again."


class JournalDamagedError(JournalError):
    """The journal's contents cannot be what the program wrote: a damaged disk, or a hand."""

    default_remedy = (
        "Nothing is pushed meanwhile. Run “psaqb journal recover”, or start the window and let it "
        "recover the journal: the damaged file is kept, and the CRM and QuickBooks are asked what "
        "became of open pushes."
    )


class SettingsError(AppError):
    """The settings file has a mistake; the message names table and key."""

    default_remedy = "Correct the file and start again."


class LeaseTakenError(AppError):
    """Another desktop holds the token lease of a connection for a moment."""

    default_remedy = "Wait a few seconds and try again."


class WrongCompanyError(AppError):
    """A sign-in chose another QuickBooks company than the connection is bound to."""

    default_remedy = "Sign in again and choose the company that the connection names."


class WrongEnvironmentError(AppError):
    """A connection belongs to another kind of environment; nothing was sent."""


class NotSetUpError(AppError):
    """The CRM lacks our tables."""

    default_remedy = "Choose “Set up the CRM” (or run “psaqb provision”)."
