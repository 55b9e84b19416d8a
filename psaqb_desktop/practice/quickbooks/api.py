"""The Accounting API over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from psaqb_desktop.practice.quickbooks import exact_json, fault_bodies
from psaqb_desktop.practice.quickbooks.attachment_api import (
    answer_upload,
    with_address,
    with_addresses,
)
from psaqb_desktop.practice.quickbooks.batches import answer_batch
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.changes import answer_changes
from psaqb_desktop.practice.quickbooks.delivery import SENDABLE, send_form
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault
from psaqb_desktop.practice.quickbooks.gateway import JSON_TYPE, refuse_call, stamp_answer
from psaqb_desktop.practice.quickbooks.operations import KIND_BY_PATH, operation_of, perform
from psaqb_desktop.practice.quickbooks.printed_form import print_form
from psaqb_desktop.practice.quickbooks.query_execution import answer_query
from psaqb_desktop.practice.quickbooks.query_language import read_query
from psaqb_desktop.practice.quickbooks.replays import (
    Replay,
    check_request_id,
    earlier_answer,
    keep_answer,
)
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.shouting import shouted

_COMPANY_RECORDS = {"CompanyInfo", "Preferences"}


def create_api(service: PracticeQuickBooks) -> Blueprint:
    """The routes under ``/v3/company/<realm>``."""
    api = Blueprint("api", __name__, url_prefix="/v3/company/<realm>")

    @api.before_request
    def pass_gateway() -> Response | None:
        return refuse_call(service, request, str((request.view_args or {}).get("realm")))

    @api.after_request
    def take_time(response: Response) -> Response:
        service.times.pass_for(service.work)
        return stamp_answer(response)

    @api.errorhandler(ApiFault)
    def answer_fault(fault: ApiFault) -> Response:
        return _answer(service, _fault_member(fault), fault.status)

    @api.errorhandler(Exception)
    def answer_failure(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        current_app.logger.error("a call failed", exc_info=error)
        return answer_fault(fault_bodies.system_failure(type(error).__name__))

    _add_reading(api, service)
    _add_files(api, service)
    _add_writing(api, service)
    return api


def _add_reading(api: Blueprint, service: PracticeQuickBooks) -> None:
    @api.route("/query", methods=["GET", "POST"])
    def query(realm: str) -> Response:
        text = request.args.get("query", "") if request.method == "GET" else _text()
        asked = read_query(text)
        with service.reading(realm) as books:
            answer = answer_query(books, asked)
            if asked.entity.lower() == "attachable":
                answer = with_addresses(service, books, answer)
        return _answer(service, f'"QueryResponse":{answer}')

    @api.get("/cdc")
    def changes(realm: str) -> Response:
        with service.reading(realm) as books:
            answer = answer_changes(
                books, request.args.get("entities"), request.args.get("changedSince")
            )
        return _answer(service, f'"CDCResponse":{answer}')

    @api.get("/exchangerate")
    def exchange_rate(realm: str) -> Response:
        code = request.args.get("sourcecurrencycode", "")
        with service.reading(realm) as books:
            row = books.rows.with_name("ExchangeRate", "SourceCurrencyCode", code)
        if row is None:
            raise fault_bodies.not_found(f"There is no exchange rate of {code}.")
        return _answer(service, f'"ExchangeRate":{exact_json.dumps(row.body)}')

    @api.get("/preferences")
    def preferences(realm: str) -> Response:
        return read(realm, "preferences", "1")

    @api.get("/<entity>/<record_id>")
    def read(realm: str, entity: str, record_id: str) -> Response:
        kind = _kind(entity)
        with service.reading(realm) as books:
            row = books.existing(kind, "1" if kind in _COMPANY_RECORDS else record_id)
            books.work.reads += 1
        return _answer(service, f'"{kind}":{exact_json.dumps(row.body)}')

    @api.get("/<entity>/<record_id>/pdf")
    def pdf(realm: str, entity: str, record_id: str) -> Response:
        kind = _kind(entity)
        if kind not in SENDABLE:
            raise fault_bodies.unsupported_operation(f"pdf of {kind}")
        with service.reading(realm) as books:
            printed = print_form(books, books.existing(kind, record_id))
        return Response(printed, mimetype="application/pdf")


def _add_files(api: Blueprint, service: PracticeQuickBooks) -> None:
    @api.get("/attachable/<record_id>")
    def read_attachable(realm: str, record_id: str) -> Response:
        with service.reading(realm) as books:
            body = with_address(service, books, books.existing("Attachable", record_id).body)
        return _answer(service, f'"Attachable":{exact_json.dumps(body)}')

    @api.get("/download/<record_id>")
    def download(realm: str, record_id: str) -> Response:
        """The address of a file, as plain text."""
        with service.reading(realm) as books:
            body = with_address(service, books, books.existing("Attachable", record_id).body)
        if "TempDownloadUri" not in body:
            raise fault_bodies.not_found(f"Attachable {record_id} has no file.")
        return Response(body["TempDownloadUri"], mimetype="text/plain")

    @api.post("/upload")
    def upload(realm: str) -> Response:
        request_id = check_request_id(request.args.get("requestid"), is_batch=False)
        return _write(
            service,
            realm,
            request_id,
            lambda books: f'"AttachableResponse":{answer_upload(books, service)}',
        )


def _add_writing(api: Blueprint, service: PracticeQuickBooks) -> None:
    @api.post("/batch")
    def batch(realm: str) -> Response:
        sent = _json()
        request_id = check_request_id(request.args.get("requestid"), is_batch=True)
        shuffled = service.options.shuffle_batches
        return _write(
            service,
            realm,
            request_id,
            lambda books: (
                '"BatchItemResponse":' + answer_batch(books, sent, request_id, shuffled=shuffled)
            ),
        )

    @api.post("/<entity>")
    def write(realm: str, entity: str) -> Response:
        kind = _kind(entity)
        sent = _json()
        operation = operation_of(sent, request.args.get("operation"))
        include = {part.strip().lower() for part in request.args.get("include", "").split(",")}
        request_id = check_request_id(request.args.get("requestid"), is_batch=False)

        def act(books: Books) -> str:
            body: Any = perform(books, kind, operation, sent, include)
            if operation == "void" and service.options.shout_enumerations:
                body = shouted(body)
            return f'"{kind}":{exact_json.dumps(body)}'

        return _write(service, realm, request_id, act)

    @api.post("/<entity>/<record_id>/send")
    def send(realm: str, entity: str, record_id: str) -> Response:
        kind = _kind(entity)
        request_id = check_request_id(request.args.get("requestid"), is_batch=False)
        send_to = request.args.get("sendTo")

        def act(books: Books) -> str:
            row = send_form(books, kind, record_id, send_to)
            return f'"{kind}":{exact_json.dumps(row.body)}'

        return _write(service, realm, request_id, act)


def _write(
    service: PracticeQuickBooks,
    realm: str,
    request_id: str | None,
    act: Callable[[Books], str],
) -> Response:
    """Carries out a change, or gives the answer that its request id had before.

    Change and answer are committed together: an answer that was lost on the way is given again,
    word for word.
    """
    sent = request.get_data()
    try:
        with service.writing(realm) as books:
            replay = earlier_answer(books, request_id, sent)
            if replay is None:
                replay = Replay(200, _envelope(service, act(books)))
                keep_answer(books, request_id, sent, replay)
    except ApiFault as fault:
        # A refused repetition must not take the place of what the id stands for.
        if service.options.replays_faults and request_id is not None and fault.code != 600:
            kept = Replay(fault.status, _envelope(service, _fault_member(fault)))
            with service.writing(realm) as books:
                keep_answer(books, request_id, sent, kept)
        raise
    return Response(replay.body, replay.status, content_type=JSON_TYPE)


def _fault_member(fault: ApiFault) -> str:
    return f'"Fault":{exact_json.dumps(fault.as_json())}'


def _kind(entity: str) -> str:
    kind = KIND_BY_PATH.get(entity.lower())
    if kind is None:
        raise fault_bodies.unsupported_operation(entity)
    return kind


def _text() -> str:
    try:
        return request.get_data().decode()
    except UnicodeDecodeError as error:
        raise fault_bodies.unsupported_operation("a body that is not UTF-8") from error


def _json() -> Any:
    try:
        return exact_json.loads(_text())
    except ValueError as error:
        raise fault_bodies.malformed("Unexpected character: the body is not JSON") from error


def _envelope(service: PracticeQuickBooks, member: str) -> str:
    return f'{{{member},"time":"{service.clock.envelope_time()}"}}'


def _answer(service: PracticeQuickBooks, member: str, status: int = 200) -> Response:
    return Response(_envelope(service, member), status, content_type=JSON_TYPE)
