"""From a bearer token to the caller."""

from __future__ import annotations

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.errors import NOT_A_MEMBER, ApiError
from psaqb_desktop.practice.crm.identity.people import person_by_user_id
from psaqb_desktop.practice.crm.identity.registration import is_same_server
from psaqb_desktop.practice.crm.identity.tokens import TokenStore
from psaqb_desktop.practice.crm.security import Caller
from psaqb_desktop.practice.group import PRACTICE_TENANT


def caller_of(environment: Environment, store: TokenStore, authorization: str | None) -> Caller:
    """The user for whom a request speaks.

    Raises:
        ApiError: 401 without a valid token, 403 for someone without access to this environment.
    """
    scheme, _, token = (authorization or "").partition(" ")
    grant = store.find("access", token.strip()) if scheme.lower() == "bearer" else None
    if grant is None or not is_same_server(grant.resource, environment.base_url):
        raise _challenge(environment)
    person = person_by_user_id(grant.user_id)
    role = environment.roles.get(grant.user_id, person.role if person else None)
    if person is None or role is None:
        message = "The user is not a member of the organization."
        raise ApiError(403, NOT_A_MEMBER, message)
    with environment.database.read() as connection:
        row = connection.execute(
            "SELECT businessunitid FROM systemuser WHERE systemuserid = ?", (person.user_id,)
        ).fetchone()
    return Caller(person.user_id, row[0] if row else "", role, person.name)


def _challenge(environment: Environment) -> ApiError:
    authority = f"{environment.base_url}/{PRACTICE_TENANT}/oauth2/authorize"
    challenge = f"Bearer authorization_uri={authority}, resource_id={environment.base_url}/"
    return ApiError(401, "0x80040204", "Authentication failed.", {"WWW-Authenticate": challenge})
