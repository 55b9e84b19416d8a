"""A switch board of troubles of the CRM."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from psaqb_desktop.practice.bad_day import BadDay
from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.faults import OwnFaults

_API = "/api/data/*"
_OFTEN = 0.2

TROUBLES: dict[str, tuple[str, dict[str, Any]]] = {
    "slow": (
        "Slow: every call takes two seconds",
        {"fault": "delay", "seconds": 2.0, "path": _API, "probability": 1.0},
    ),
    "lost": (
        "One call in five is lost on the way, nothing is done",
        {"fault": "drop_before", "path": _API, "probability": _OFTEN},
    ),
    "answer_lost": (
        "The answer to one call in five is lost, but the work is done",
        {"fault": "drop_after", "path": _API, "probability": _OFTEN},
    ),
    "half_answer": (
        "One answer in five breaks off half way, with the work done",
        {"fault": "half_answer", "path": _API, "probability": _OFTEN},
    ),
    "internal_error": (
        "One call in five ends in an unexpected error (500)",
        {"fault": "internal_error", "probability": _OFTEN},
    ),
    "throttled": (
        "One call in five is refused: too many requests (429), with the time to wait",
        {"fault": "throttled", "probability": _OFTEN},
    ),
    "throttled_without_time": (
        "One call in five is refused: too many requests (429), without a word on how long",
        {"fault": "throttled_without_time", "probability": _OFTEN},
    ),
    "unavailable": (
        "The CRM is down for maintenance (503)",
        {"fault": "unavailable", "times": None},
    ),
    "token_expired": (
        "Access tokens expire long before their time",
        {"fault": "token_expired", "probability": _OFTEN},
    ),
    "grant_revoked": (
        "An administrator ends everybody's sign-in",
        {"fault": "grant_revoked"},
    ),
    "permission_removed": (
        "Everybody loses the right to write",
        {"fault": "permission_removed"},
    ),
    "import_running": (
        "Somebody imports a solution: nothing can be set up meanwhile",
        {"fault": "import_running"},
    ),
}
"""What can be switched on: how it reads on the page, and the rule that it stands for."""


def bad_day_blueprint(environment: Environment) -> Blueprint:
    """The page, and where its form goes."""
    blueprint = Blueprint("bad_day", __name__)

    @blueprint.get("/_practice/bad-day")
    def show() -> ResponseReturnValue:
        day = _bad_day()
        if day is None:
            return Response("This service runs without a fault plan.\n", 404)
        return render_template("bad_day.html", troubles=TROUBLES, struck=day.struck())

    @blueprint.post("/_practice/bad-day")
    def choose() -> ResponseReturnValue:
        day = _bad_day()
        if day is None:
            return Response("This service runs without a fault plan.\n", 404)
        chosen = day.choose(request.form.getlist("trouble"))
        # What an event has changed outlasts its rule; unticking it puts it right.
        if "permission_removed" not in chosen:
            environment.roles.clear()
        if "import_running" not in chosen:
            environment.options.customization_locked = False
        return redirect("/_practice/bad-day", 303)

    return blueprint


def _bad_day() -> BadDay | None:
    own: OwnFaults = current_app.extensions[OwnFaults.EXTENSION]
    return None if own.plan is None else BadDay(own, own.plan, TROUBLES)
