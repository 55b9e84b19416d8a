"""The practice CRM as one WSGI application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.identity.device_pages import device_blueprint
from psaqb_desktop.practice.crm.identity.pages import authority_blueprint
from psaqb_desktop.practice.crm.identity.tokens import TokenStore
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.pages.bad_day import bad_day_blueprint
from psaqb_desktop.practice.crm.pages.routes import pages_blueprint
from psaqb_desktop.practice.crm.troubles import own_faults
from psaqb_desktop.practice.crm.web.data_routes import data_blueprint
from psaqb_desktop.practice.crm.web.discovery_routes import discovery_blueprint
from psaqb_desktop.practice.crm.web.practice_routes import practice_blueprint
from psaqb_desktop.practice.faults import OwnFaults


def create_app(data_folder: Path, *, base_url: str, options: CrmOptions | None = None) -> Flask:
    """Build the application on a folder; the first start plants the make-believe business.

    ``base_url`` is where the application will be reached: it is authority, environment and
    resource in one, and stands in every address that answers contain.
    """
    base_url = base_url.rstrip("/")
    environment = Environment(data_folder, base_url, options or CrmOptions())
    store = TokenStore(environment.database, environment.seconds)
    app = Flask(__name__, static_folder=None)
    app.extensions["practice_crm"] = environment
    app.extensions[OwnFaults.EXTENSION] = own_faults(environment, store)
    app.register_blueprint(authority_blueprint(store, base_url, environment.options))
    app.register_blueprint(device_blueprint(store, base_url))
    app.register_blueprint(discovery_blueprint(environment, store))
    app.register_blueprint(data_blueprint(environment, store))
    app.register_blueprint(practice_blueprint(environment, store))
    app.register_blueprint(pages_blueprint(environment))
    app.register_blueprint(bad_day_blueprint(environment))

    @app.get("/practice.css")
    def style() -> Response:
        text = (Path(__file__).parent / "templates" / "practice.css").read_text("utf-8")
        return Response(text, content_type="text/css; charset=utf-8")

    return app


def environment_of(app: Flask) -> Environment:
    """The environment behind an application, to look into or to close."""
    found = app.extensions["practice_crm"]
    if not isinstance(found, Environment):
        raise TypeError(found)
    return found
