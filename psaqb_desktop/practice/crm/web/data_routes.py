"""The Web API over HTTP: tokens, limits, headers, refusals."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import Headers

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.errors import ApiError
from psaqb_desktop.practice.crm.identity.bearer import caller_of
from psaqb_desktop.practice.crm.identity.tokens import TokenStore
from psaqb_desktop.practice.crm.security import Caller
from psaqb_desktop.practice.crm.web.batch import answer_batch
from psaqb_desktop.practice.crm.web.data_api import DataApi
from psaqb_desktop.practice.crm.web.limits import ServiceProtection
from psaqb_desktop.practice.crm.web.message import (
    ApiRequest,
    ApiResponse,
    encode,
    path_and_query,
)

_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


def data_blueprint(environment: Environment, store: TokenStore) -> Blueprint:
    """Routes of the Web API."""
    blueprint = Blueprint("data", __name__)
    api = DataApi(environment)
    protection = ServiceProtection(environment.options)

    def answer(path: str) -> ApiResponse:
        caller = caller_of(environment, store, request.headers.get("Authorization"))
        with protection.admit(caller.user_id):
            return _in_its_time(environment, lambda: _dispatch(api, path, caller))

    @blueprint.route("/api/data/<version>/", defaults={"path": ""}, methods=_METHODS)
    @blueprint.route("/api/data/<version>/<path:path>", methods=_METHODS)
    def data(version: str, path: str) -> Response:
        if version not in {"v9.0", "v9.1", "v9.2"}:
            error = ApiError(501, "0x80060888", f"Version '{version}' is not supported.")
            return _refusal(error)
        try:
            found = answer(path)
        except ApiError as error:
            return _refusal(error)
        except Exception:
            current_app.logger.exception("The practice CRM failed on %s %s", request.method, path)
            return _refusal(ApiError(500, "0x80040216", "An unexpected error occurred."))
        return http_response(found)

    return blueprint


def _in_its_time(environment: Environment, work: Callable[[], ApiResponse]) -> ApiResponse:
    """Answer, and take the time that the platform would.

    The waiting comes when the transaction has ended: it keeps nobody else waiting.
    """
    options, done = environment.options, environment.work
    done.pages = done.rows = 0
    try:
        return work()
    finally:
        seconds = options.latency_seconds
        seconds += done.pages * options.page_seconds + done.rows * options.write_seconds
        if seconds:
            time.sleep(seconds * options.latency_factor)


def http_response(found: ApiResponse) -> Response:
    """An answer as it goes over the wire."""
    response = Response(found.body(), status=found.status)
    response.headers["OData-Version"] = "4.0"
    response.headers["x-ms-service-request-id"] = str(uuid4())
    if found.status in {204, 304}:
        response.headers.pop("Content-Type", None)
    else:
        response.headers["Content-Type"] = found.content_type
    for name, value in found.headers.items():
        response.headers[name] = value
    return response


def _refusal(error: ApiError) -> Response:
    response = Response(
        encode(error.body()),
        status=error.status,
        content_type="application/json; odata.metadata=minimal",
    )
    response.headers["OData-Version"] = "4.0"
    response.headers["x-ms-service-request-id"] = str(uuid4())
    for name, value in error.headers.items():
        response.headers[name] = value
    return response


def _dispatch(api: DataApi, path: str, caller: Caller) -> ApiResponse:
    body = request.get_data()
    headers = Headers(list(request.headers.items()))
    if path == "$batch":
        return answer_batch(api, headers, body, caller)
    _, query = path_and_query("?" + request.query_string.decode("utf-8", "replace"))
    return api.answer(ApiRequest(request.method, path, query, headers, body), caller)
