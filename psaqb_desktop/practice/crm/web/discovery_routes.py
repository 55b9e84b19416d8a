"""Global Discovery: the environments that a user can enter."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from psaqb_desktop.practice.crm.environment import ORGANIZATION_NAME, Environment
from psaqb_desktop.practice.crm.errors import NOT_A_MEMBER, ApiError
from psaqb_desktop.practice.crm.identity.bearer import caller_of
from psaqb_desktop.practice.crm.identity.tokens import TokenStore
from psaqb_desktop.practice.crm.seed.foundation import ORGANIZATION_ID
from psaqb_desktop.practice.group import PRACTICE_TENANT

_UNIQUE_NAME = "alderfinchpractice"


def discovery_blueprint(environment: Environment, store: TokenStore) -> Blueprint:
    """Routes of the discovery service."""
    blueprint = Blueprint("discovery", __name__)

    @blueprint.get("/api/discovery/v2.0/Instances")
    def instances() -> Response:
        found = [_instance(environment)]
        try:
            caller_of(environment, store, request.headers.get("Authorization"))
        except ApiError as error:
            if error.code != NOT_A_MEMBER:
                refusal = jsonify(error.body())
                refusal.status_code = error.status
                refusal.headers.extend(error.headers)
                return refusal
            # Someone without access gets an empty list and no error.
            found = []
        wanted = [name for name in request.args.get("$select", "").split(",") if name]
        if wanted:
            found = [{name: each[name] for name in wanted if name in each} for each in found]
        context = f"{environment.base_url}/api/discovery/v2.0/$metadata#Instances"
        return jsonify({"@odata.context": context, "value": found})

    return blueprint


def _instance(environment: Environment) -> dict[str, object]:
    return {
        "Id": ORGANIZATION_ID,
        "UniqueName": _UNIQUE_NAME,
        "UrlName": _UNIQUE_NAME,
        "FriendlyName": ORGANIZATION_NAME,
        "State": 0,
        "Version": "9.2.26111.00158",
        "Url": environment.base_url,
        "ApiUrl": environment.base_url,
        "EnvironmentId": ORGANIZATION_ID,
        "TenantId": PRACTICE_TENANT,
        "Region": "NA",
        "OrganizationType": 0,
    }
