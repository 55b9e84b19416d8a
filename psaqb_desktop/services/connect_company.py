"""Connecting: the first sign-in to a QuickBooks company, and every later one.

Begin makes the address that a browser opens; finish trades the code and finds out which company
it is; confirm, after a person has said "yes, that one", fills the connection record. The refresh
token is on this machine's disk as soon as it exists.
"""

from __future__ import annotations

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import (
    SettingsError,
    UnreadableAnswerError,
    UntrustedHostError,
    WrongCompanyError,
    WrongEnvironmentError,
)
from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.quickbooks_addresses import (
    OTHER_KIND_REMEDY,
    address_problem,
    other_kind_problem,
)
from psaqb_desktop.domain.sign_in import AuthorizationRequest, CompanyFound, read_redirect
from psaqb_desktop.services.access_tokens import AccessTokens
from psaqb_desktop.services.ports import ConnectionStore
from psaqb_desktop.services.quickbooks_ports import AuthorizationGateway


class ConnectCompany:
    """Connects legal entities to their QuickBooks companies."""

    def __init__(
        self,
        *,
        environment: Environment,
        connections: ConnectionStore,
        gateway: AuthorizationGateway,
        tokens: AccessTokens,
    ) -> None:
        self._environment = environment
        self._connections = connections
        self._gateway = gateway
        self._tokens = tokens

    def begin(self, connection: Connection, *, client_secret: str) -> AuthorizationRequest:
        """Make the address at which a person signs in; an empty secret means the stored one.

        Raises:
            SettingsError: client id or secret is missing.
            UntrustedHostError: an address of the connection is not Intuit's nor trusted here.
            WrongEnvironmentError: the connection belongs to another kind of environment.
        """
        if not connection.client_id.strip():
            raise SettingsError("The Client ID is missing.", remedy="Copy it from the Intuit app.")
        if not client_secret and not connection.has_client_secret:
            raise SettingsError(
                "The Security Key (client secret) is missing.",
                remedy="Copy it from the Intuit app.",
            )
        self._require_own_kind(connection)
        problem = address_problem(connection, self._environment)
        if problem:
            raise UntrustedHostError(problem)
        return self._gateway.begin(
            client_id=connection.client_id.strip(),
            redirect_uri=self._environment.quickbooks_redirect_uri,
        )

    def finish(
        self,
        connection: Connection,
        request: AuthorizationRequest,
        redirected_url: str,
        *,
        client_secret: str,
    ) -> CompanyFound:
        """Trade the code of the redirected address and find out which company it is for.

        Raises:
            Cancelled: the person refused.
            WrongCompanyError: the connection is bound to another company, or the company to
                another connection; the code was not used and nothing was changed.
        """
        redirect = read_redirect(request, redirected_url)
        realm_id = RealmId(redirect.realm_id)
        if not realm_id:
            raise UnreadableAnswerError(
                "QuickBooks did not say which company was chosen (no realmId).",
                remedy="Start again and choose a company on QuickBooks' page.",
            )
        self._require_same_company(connection, realm_id)
        secret = client_secret or self._connections.credentials(connection.id).client_secret
        # Asked before the code is spent: a keyring that cannot be used is told first.
        before = self._tokens.kept(connection.id)
        answer = self._gateway.exchange(
            connection,
            client_secret=secret,
            code=redirect.code,
            redirect_uri=request.redirect_uri,
        )
        answer = self._tokens.keep(connection, realm_id, answer, before=before)
        company, preferences = self._gateway.company(connection, realm_id, answer)
        return CompanyFound(connection, company, preferences.home_currency, answer, secret)

    def confirm(self, found: CompanyFound) -> Connection:
        """Fill the connection record: company, Client ID, Security Key, tokens and addresses."""
        bound = found.connection.with_company(
            realm_id=found.company.realm_id,
            company_name=found.company.name,
            country=found.company.country,
            home_currency=found.home_currency,
        )
        saved = self._connections.save(bound)
        # Dated anew: a token that another desktop stored while the person looked is older.
        tokens = self._tokens.keep(
            saved, saved.realm_id, found.tokens, before=self._tokens.kept(saved.id)
        )
        return self._connections.save_credentials(
            saved.id, client_secret=found.client_secret, tokens=tokens
        )

    def reject(self, found: CompanyFound) -> None:
        """Forget a sign-in that reached the wrong company; its grant is revoked.

        Only for a connection that is not bound yet: a bound one is still using its grant.
        """
        if found.connection.realm_id:
            return
        self._tokens.forget(found.connection.id)
        self._gateway.revoke(
            found.connection,
            client_secret=found.client_secret,
            token=found.tokens.refresh_token,
        )

    def disconnect(self, connection: Connection) -> Connection:
        """Revoke the grant at Intuit and forget the tokens; the company stays bound.

        A refresh token that Intuit no longer knows does not stand in the way. Of a copied
        connection nothing is revoked: its grant is the one that another environment works with.
        """
        self._require_own_kind(connection)
        credentials = self._connections.credentials(connection.id)
        if credentials.refresh_token:
            self._gateway.revoke(
                connection,
                client_secret=credentials.client_secret,
                token=credentials.refresh_token,
            )
        cleared = self._connections.forget_tokens(connection.id)
        self._tokens.forget(connection.id)
        return cleared

    def _require_own_kind(self, connection: Connection) -> None:
        problem = other_kind_problem(connection, self._environment.kind)
        if problem:
            raise WrongEnvironmentError(f"{connection.name}: {problem}", remedy=OTHER_KIND_REMEDY)

    def _require_same_company(self, connection: Connection, realm_id: RealmId) -> None:
        if connection.realm_id and connection.realm_id != realm_id:
            chosen = self._name_of(realm_id) or f"another company (id {realm_id})"
            raise WrongCompanyError(
                f"You signed in to {chosen}, but {connection.name} belongs to "
                f"{connection.company_name or 'the company'} (id {connection.realm_id}). Nothing "
                "was changed."
            )
        others = [c for c in self._others(connection) if c.realm_id == realm_id]
        if others:
            raise WrongCompanyError(
                f"{others[0].company_name} is connected already, as {others[0].name}. Two "
                "connections of one company would end each other's sign-in. Nothing was changed.",
                remedy=f"Choose another company for {connection.name}, or use {others[0].name}.",
            )

    def _name_of(self, realm_id: RealmId) -> str:
        for connection in self._connections.connections():
            if connection.realm_id == realm_id:
                return connection.company_name
        return ""

    def _others(self, connection: Connection) -> list[Connection]:
        return [c for c in self._connections.connections() if c.id != connection.id]
