"""A switch board of troubles, for people who want to see how a program takes them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from psaqb_desktop.practice.bad_day import BadDay
from psaqb_desktop.practice.faults import OwnFaults

_OFTEN = 0.2

TROUBLES: dict[str, tuple[str, dict[str, Any]]] = {
    "slow": (
        "Slow: every call takes two seconds",
        {"fault": "delay", "seconds": 2.0, "path": "/v3/*", "probability": 1.0},
    ),
    "lost": (
        "One call in five is lost on the way, nothing is done",
        {"fault": "drop_before", "path": "/v3/*", "probability": _OFTEN},
    ),
    "answer_lost": (
        "The answer to one call in five is lost, but the work is done",
        {"fault": "drop_after", "path": "/v3/*", "probability": _OFTEN},
    ),
    "half_answer": (
        "One answer in five breaks off half way, with the work done",
        {"fault": "half_answer", "path": "/v3/*", "probability": _OFTEN},
    ),
    "internal_error": (
        "One call in five ends in an internal error (10000)",
        {"fault": "internal_error", "probability": _OFTEN},
    ),
    "throttled": (
        "One call in five is refused: too many requests (429)",
        {"fault": "throttled", "probability": _OFTEN},
    ),
    "unavailable": (
        "QuickBooks is down for maintenance (503)",
        {"fault": "unavailable", "times": None},
    ),
    "token_expired": (
        "Access tokens expire long before their time",
        {"fault": "token_expired", "probability": _OFTEN},
    ),
    "rotation_lost": (
        "The next answer with a new refresh token is lost",
        {"fault": "rotation_lost"},
    ),
    "grant_revoked": (
        "Somebody disconnects the program inside QuickBooks",
        {"fault": "grant_revoked"},
    ),
    "permission_removed": (
        "Whoever connected is no longer an administrator",
        {"fault": "permission_removed"},
    ),
}
"""What can be switched on: how it reads on the page, and the rule that it stands for."""


def create_bad_day_page() -> Blueprint:
    """The page, and where its form goes."""
    pages = Blueprint("bad_day", __name__)

    @pages.get("/_practice/bad-day")
    def show() -> str | Response:
        day = _bad_day()
        if day is None:
            return Response("This service runs without a fault plan.\n", 404)
        return render_template("bad_day.html", troubles=TROUBLES, chosen=day.struck())

    @pages.post("/_practice/bad-day")
    def choose() -> AnyResponse:
        day = _bad_day()
        if day is None:
            return Response("This service runs without a fault plan.\n", 404)
        chosen = day.choose(request.form.getlist("trouble"))
        flash("A bad day it is." if chosen else "All is well again.", "done")
        return redirect("/_practice/bad-day", 303)

    return pages


def _bad_day() -> BadDay | None:
    own: OwnFaults = current_app.extensions[OwnFaults.EXTENSION]
    return None if own.plan is None else BadDay(own, own.plan, TROUBLES)
