"""The two sets of colours, light and dark.

Text colours keep a contrast of at least 4.5 to 1 on the window, base and tint they are used on.
"""

from __future__ import annotations

from typing import NamedTuple


class Colours(NamedTuple):
    """One set of colours, as ``#rrggbb``."""

    is_dark: bool
    window: str
    base: str
    alternate: str
    text: str
    muted: str
    border: str
    button: str
    highlight: str
    highlighted_text: str
    link: str
    good: str
    bad: str
    caution: str
    active: str
    good_tint: str
    bad_tint: str
    caution_tint: str
    active_tint: str


LIGHT = Colours(
    is_dark=False,
    window="#f3f5f8",
    base="#ffffff",
    alternate="#f8f9fb",
    text="#1b2430",
    muted="#5b6675",
    border="#d3d9e2",
    button="#ffffff",
    highlight="#d5e5ff",
    highlighted_text="#10233f",
    link="#1c5fc4",
    good="#1a7f3c",
    bad="#b3261e",
    caution="#8a5a00",
    active="#1c5fc4",
    good_tint="#e4f4e9",
    bad_tint="#fbe6e4",
    caution_tint="#fdf1d8",
    active_tint="#e4eefc",
)
DARK = Colours(
    is_dark=True,
    window="#20242b",
    base="#171a1f",
    alternate="#1c2026",
    text="#e4e8ee",
    muted="#9aa5b4",
    border="#3a424e",
    button="#2b313a",
    highlight="#2a4a7c",
    highlighted_text="#ffffff",
    link="#7db1ff",
    good="#5fcf86",
    bad="#ff8a80",
    caution="#f0bd5a",
    active="#7db1ff",
    good_tint="#1d3527",
    bad_tint="#44211f",
    caution_tint="#3d3119",
    active_tint="#1f304a",
)
