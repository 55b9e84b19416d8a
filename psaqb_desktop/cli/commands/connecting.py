"""connect, disconnect, links and mapping: everything about one company's connection."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from psaqb_desktop.cli.context import CliContext, is_offered, pass_context
from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import Cancelled, SettingsError
from psaqb_desktop.domain.links import LinkWish

SECRET_VARIABLE = "PSAQB_CLIENT_SECRET"  # noqa: S105 - its name


@click.command()
@click.argument("legal_entity")
@click.option("--name", default="", help="Name of a new connection.")
@click.option("--client-id", default="", help="Client ID of the Intuit app.")
@click.option("--access-token-url", default="", help="Where tokens are had.")
@click.option("--access-api-url", default="", help="Where the Accounting API is called.")
@click.option("--yes", is_flag=True, help="Take the company that was chosen without asking.")
@pass_context
def connect(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: CliContext,
    legal_entity: str,
    name: str,
    client_id: str,
    access_token_url: str,
    access_api_url: str,
    yes: bool,  # noqa: FBT001
) -> int:
    """Connect a legal entity to its QuickBooks company, without a window.

    Prints the address to sign in at, and reads the address that the browser was sent back to.
    The Security Key (client secret) comes from PSAQB_CLIENT_SECRET, or is asked for unseen: on a
    command line other people of this machine could read it.
    """
    desk = context.desk
    connection = _known_or_new(context, legal_entity, name)
    connection = replace(
        connection,
        client_id=client_id or connection.client_id or click.prompt("Client ID", err=True),
        access_token_url=access_token_url or connection.access_token_url,
        access_api_url=access_api_url or connection.access_api_url,
    )
    client_secret = os.environ.get(SECRET_VARIABLE, "")
    if not client_secret and not connection.has_client_secret:
        client_secret = click.prompt("Security Key (client secret)", hide_input=True, err=True)
    request = desk.connect_company.begin(connection, client_secret=client_secret)
    context.output.note("Sign in to QuickBooks at this address:")
    click.echo(request.url, err=context.output.is_json)
    redirected = click.prompt("Paste the address of the page you were sent to", err=True)
    found = desk.connect_company.finish(
        connection, request, redirected, client_secret=client_secret
    )
    context.output.note(
        f"{found.company.name} · {found.company.country} · {found.home_currency} "
        f"(id {found.company.realm_id})"
    )
    if not yes and not click.confirm(f"Is this the company of {connection.name}?", err=True):
        desk.connect_company.reject(found)
        raise Cancelled("Nothing was stored; the sign-in was revoked.")
    saved = desk.connect_company.confirm(found)
    _tell(context, saved, "Connected.")
    return OK


def _known_or_new(context: CliContext, legal_entity: str, name: str) -> Connection:
    listed = context.read_list()
    wanted = legal_entity.casefold()
    for connection in listed.connections:
        if wanted in {connection.legal_entity.casefold(), connection.name.casefold()}:
            return connection
    for proposed in context.desk.edit_connection.suggested(listed):
        if proposed.legal_entity.casefold() == wanted:
            new = replace(proposed, name=name or proposed.name)
            break
    else:
        new = context.desk.edit_connection.new(name or legal_entity, legal_entity)
    return new


@click.command()
@click.argument("legal_entity")
@pass_context
def disconnect(context: CliContext, legal_entity: str) -> int:
    """Revoke a connection's access to QuickBooks; nothing in the books changes."""
    connection = context.connection(legal_entity)
    _tell(context, context.desk.connect_company.disconnect(connection), "Disconnected.")
    return OK


def _tell(context: CliContext, connection: Connection, text: str) -> None:
    if context.output.is_json:
        context.output.document(
            {
                "connection": connection.name,
                "legal_entity": connection.legal_entity,
                "realm_id": connection.realm_id,
                "company": connection.company_name,
                "refresh_token_expires": connection.refresh_token_expires,
            }
        )
    else:
        context.output.note(f"{connection.name}: {text}")


@click.command()
@click.argument("legal_entity")
@click.option("--confirm-exact", is_flag=True, help="Confirm every wish with one exact match.")
@click.option(
    "--set",
    "choices",
    nargs=2,
    multiple=True,
    metavar="CRM_NAME QUICKBOOKS_NAME",
    help="Link a CRM record to a QuickBooks list entry, both by name.",
)
@pass_context
def links(
    context: CliContext,
    legal_entity: str,
    confirm_exact: bool,  # noqa: FBT001
    choices: tuple[tuple[str, str], ...],
) -> int:
    """Show what wants a link to QuickBooks, with suggestions; confirm some."""
    desk = context.desk
    connection = context.connection(legal_entity)
    rows = [row for row in context.read_list().rows if is_offered(row)]
    wishes = desk.link_records.wishes(connection, rows)
    confirmed = [(w, w.suggestions[0].candidate) for w in wishes if confirm_exact and w.is_certain]
    for crm_name, quickbooks_name in choices:
        wish = _named(wishes, crm_name)
        entries = desk.link_records.candidates(connection, wish.kind)
        match = [e for e in entries if e.name.casefold() == quickbooks_name.casefold()]
        if len(match) != 1:
            raise SettingsError(f"QuickBooks has no single active entry “{quickbooks_name}”.")
        confirmed.append((wish, match[0]))
    if confirmed:
        desk.link_records.confirm(connection, confirmed)
        wishes = desk.link_records.wishes(connection, rows)
    _show_wishes(context, wishes, len(confirmed))
    return NEEDS_ATTENTION if wishes else OK


def _named(wishes: tuple[LinkWish, ...], crm_name: str) -> LinkWish:
    found = [w for w in wishes if w.crm_name.casefold() == crm_name.casefold()]
    if len(found) != 1:
        raise SettingsError(f"No single record “{crm_name}” wants a link.")
    return found[0]


def _show_wishes(context: CliContext, wishes: tuple[LinkWish, ...], confirmed: int) -> None:
    if context.output.is_json:
        context.output.document(
            {
                "confirmed": confirmed,
                "wishes": [
                    {
                        "kind": w.kind.value,
                        "crm_key": w.crm_key,
                        "crm_name": w.crm_name,
                        "invoices_waiting": w.invoices_waiting,
                        "suggestions": [
                            {"id": s.candidate.id, "name": s.candidate.name, "score": s.score}
                            for s in w.suggestions
                        ],
                    }
                    for w in wishes
                ],
            }
        )
        return
    context.output.table(
        ("Kind", "CRM record", "Invoices", "Best suggestion", "Fit", "Why"),
        [
            (
                w.kind.value,
                w.crm_name,
                w.invoices_waiting,
                w.suggestions[0].candidate.name if w.suggestions else "none",
                w.suggestions[0].score if w.suggestions else None,
                w.suggestions[0].reason if w.suggestions else "",
            )
            for w in wishes
        ],
    )
    context.output.note(f"{confirmed} confirmed, {len(wishes)} still want a link.")


@click.command()
@click.argument("legal_entity")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Store this JSON file as the mapping.",
)
@pass_context
def mapping(context: CliContext, legal_entity: str, path: Path | None) -> int:
    """Show the mapping of a company as JSON, or store another one."""
    connection = context.connection(legal_entity)
    service = context.desk.edit_connection
    if path is not None:
        connection = service.save_mapping(connection, path.read_text(encoding="utf-8"))
        context.output.note(f"The mapping of {connection.name} is stored.")
    click.echo(service.mapping_text(connection))
    return OK
