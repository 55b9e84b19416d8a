"""The switches of practice QuickBooks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass
class QuickBooksOptions:
    """How strictly and how fast the service behaves; all can be changed while it runs.

    Attributes:
        limits_enabled: Answer 429 beyond the published limits.
        limit_factor: Multiplies all limits; 10 makes a minute's work take six seconds.
        access_token_seconds: Life of an access token.
        refresh_token_seconds: Life of a refresh token; 8,726,400 is 101 days.
        hard_expiry_seconds: Life of the whole consent, whatever is refreshed: five years.
        code_seconds: Life of an authorization code.
        rotate_after_seconds: A refresh token older than this is replaced at its next use.
        old_token_dies: The replaced refresh token stops at once. Otherwise it lives on for
            ``old_token_seconds``.
        requestid_seconds: How long an answer is kept for repetition under its request id.
        latency_seconds: Each API call takes at least this long; see ``service_times``.
        write_seconds: Each object that a call writes takes so long, in a batch as well.
        read_seconds: Each record in an answer takes so long.
        latency_factor: Scales these three.
        shuffle_batches: Answers of a batch come in another order than its requests.
        shout_enumerations: The answer to a void spells enumerations ``NOT_SET`` instead of
            ``NotSet``, as the documentation's sample does.
        clock_offset_seconds: The service's clock is ahead by so much: stamps, lives of tokens,
            windows of limits.
        replays_faults: A refusal, too, is repeated under its request id. Not known of the real
            service, like those that follow.
        answers_600_for_other_body: A request id that comes with another body is refused.
        sparse_update_keeps_unsent_lines: Lines that a sparse update leaves out stay.
        payment_moves_last_updated: A payment moves LastUpdatedTime of what it pays, not only its
            SyncToken.
        rounds_to_currency: Amounts have the decimals of their currency, none in JPY and three in
            KWD; otherwise two in all.
        allows_negative_lines: Otherwise 2290.
        custom_field_length: Longest value of a custom field.
        stamps_in_company_zone: Stamps have the offset of the company's own zone.
        throttles_with_403: The form that a refusal for too many calls once had.
        retry_after_seconds: The Retry-After that comes with such a refusal; 0 sends none.
        knows_auto_generate: The number AUTO_GENERATE has the company's counter number a form, as
            the schema says; otherwise it is a number like others.
    """

    limits_enabled: bool = True
    limit_factor: float = 1.0
    access_token_seconds: int = 3600
    refresh_token_seconds: int = 8_726_400
    hard_expiry_seconds: int = 157_680_000
    code_seconds: int = 600
    rotate_after_seconds: int = 86_400
    old_token_dies: bool = True
    old_token_seconds: int = 86_400
    requestid_seconds: int = 30 * 86_400
    latency_seconds: float = 0.0
    write_seconds: float = 0.0
    read_seconds: float = 0.0
    latency_factor: float = 1.0
    shuffle_batches: bool = True
    shout_enumerations: bool = True
    clock_offset_seconds: float = 0.0
    replays_faults: bool = False
    answers_600_for_other_body: bool = False
    sparse_update_keeps_unsent_lines: bool = False
    payment_moves_last_updated: bool = True
    rounds_to_currency: bool = False
    allows_negative_lines: bool = True
    custom_field_length: int = 31
    stamps_in_company_zone: bool = False
    throttles_with_403: bool = False
    retry_after_seconds: int = 0
    knows_auto_generate: bool = True

    def change(self, changes: dict[str, Any]) -> None:
        """Sets switches by name: all of them or, when one is wrong, none.

        Raises:
            ValueError: A name is unknown or a value has the wrong type.
        """
        # Of the defaults: a float that was set to 20 is an int now, and takes 0.5 all the same.
        current = dataclasses.asdict(type(self)())
        for name, value in changes.items():
            if name not in current:
                raise ValueError(f"there is no option {name!r}")
            wanted: tuple[type, ...] = (type(current[name]),)
            if isinstance(current[name], float):
                wanted = (int, float)
            if not isinstance(value, wanted) or isinstance(value, bool) != (wanted == (bool,)):
                raise ValueError(f"{name} cannot be {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """All switches by name."""
        return dataclasses.asdict(self)
