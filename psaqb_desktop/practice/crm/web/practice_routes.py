"""What only a practice service has: reset, switches, the audit log, health."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.identity.people import person_by_key
from psaqb_desktop.practice.crm.identity.tokens import TokenStore
from psaqb_desktop.practice.crm.records import audit
from psaqb_desktop.practice.crm.security import Role


def practice_blueprint(environment: Environment, store: TokenStore) -> Blueprint:
    """Routes under ``/_practice``; none of them asks for a token."""
    blueprint = Blueprint("practice", __name__)

    @blueprint.get("/_practice/health")
    def health() -> ResponseReturnValue:
        return jsonify({"service": "practice-crm", "url": environment.base_url})

    @blueprint.post("/_practice/reset")
    def reset() -> ResponseReturnValue:
        environment.reset()
        return jsonify({"reset": True})

    @blueprint.get("/_practice/options")
    def options() -> ResponseReturnValue:
        return jsonify(environment.options.as_json())

    @blueprint.post("/_practice/options")
    def change_options() -> ResponseReturnValue:
        try:
            environment.options.change(request.get_json())
        except ValueError as error:
            return jsonify({"error": str(error)}), 400
        return jsonify(environment.options.as_json())

    @blueprint.get("/_practice/audit")
    def audit_log() -> ResponseReturnValue:
        with environment.database.read() as connection:
            return jsonify({"entries": audit.entries(connection)})

    @blueprint.post("/_practice/revoke")
    def revoke() -> ResponseReturnValue:
        asked = request.get_json()
        person = person_by_key(str(asked.get("user", "")))
        kind = str(asked.get("kind", "refresh"))
        number = store.revoke(kind, person.user_id if person else None)
        return jsonify({"revoked": number})

    @blueprint.post("/_practice/roles")
    def change_role() -> ResponseReturnValue:
        asked = request.get_json()
        person = person_by_key(str(asked.get("user", "")))
        role = asked.get("role")
        if person is None or role not in {None, *Role}:
            return jsonify({"error": "user and role must be known"}), 400
        environment.roles[person.user_id] = None if role is None else Role(role)
        return jsonify({"user": person.key, "role": role})

    return blueprint
