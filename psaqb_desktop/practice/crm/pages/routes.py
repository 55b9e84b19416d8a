"""Addresses of the pages."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.pages import views
from psaqb_desktop.practice.crm.storage.values import guid


def pages_blueprint(environment: Environment) -> Blueprint:
    """Routes of the pages; they ask for no token and change nothing."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    def home() -> ResponseReturnValue:
        return render_template("home.html", tables=views.table_counts(environment))

    @blueprint.get("/page/invoices")
    def invoices() -> ResponseReturnValue:
        return render_template("grid.html", grid=views.invoices(environment))

    @blueprint.get("/page/table/<set_name>")
    def table(set_name: str) -> ResponseReturnValue:
        found = environment.catalogue.table_of_set(set_name)
        if found is None:
            return _missing(f"There is no table {set_name}.")
        return render_template("grid.html", grid=views.rows_of(environment, found))

    @blueprint.get("/page/record/<set_name>/<row_id>")
    def record(set_name: str, row_id: str) -> ResponseReturnValue:
        found = environment.catalogue.table_of_set(set_name)
        wanted = guid(row_id)
        columns = views.record(environment, found, wanted) if found and wanted else []
        if found is None or wanted is None or not columns:
            return _missing(f"There is no such row in {set_name}.")
        return render_template(
            "record.html",
            table=found,
            title=views.title_of(found, columns),
            columns=columns,
            related=views.related(environment, found, wanted),
        )

    return blueprint


def _missing(message: str) -> ResponseReturnValue:
    return render_template("missing.html", message=message), 404
