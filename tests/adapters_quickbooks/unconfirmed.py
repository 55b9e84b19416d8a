"""What nobody could confirm of QuickBooks, set other than the practice service has it by itself."""

from __future__ import annotations

from typing import Any

OTHERWISE: dict[str, Any] = {
    "replays_faults": True,
    "answers_600_for_other_body": True,
    "sparse_update_keeps_unsent_lines": True,
    "payment_moves_last_updated": False,
    "rounds_to_currency": True,
    "allows_negative_lines": False,
    "custom_field_length": 100,
    "stamps_in_company_zone": True,
    "throttles_with_403": True,
    "retry_after_seconds": 1,
    "knows_auto_generate": False,
    "old_token_dies": False,
    "shout_enumerations": False,
}
