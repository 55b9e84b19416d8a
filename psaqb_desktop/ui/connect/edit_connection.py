"""Editing a connection: name, legal entity, addresses and routing rules; no sign-in."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.ui.connect.connection_form import ConnectionForm
from psaqb_desktop.ui.connect.flow_dialog import FlowDialog, Step, make_page
from psaqb_desktop.ui.connect.form_pieces import button_row, heading, words
from psaqb_desktop.ui.connect.wanted_services import ConnectionEditor
from psaqb_desktop.ui.dialogs import show_error
from psaqb_desktop.ui.tasks import TaskRunner


async def edit_connection(
    parent: QWidget | None,
    environment: Environment,
    editor: ConnectionEditor,
    tasks: TaskRunner,
    connection: Connection,
) -> bool:
    """Let a person edit a connection; True when it was stored."""
    dialog = FlowDialog(parent, f"Edit {connection.name}")
    dialog.set_size(620, 480)
    form = ConnectionForm(environment, connection, with_secret=False)
    save = dialog.act("&Save", Step.NEXT, is_primary=True)
    page = make_page(
        heading(f"Edit {connection.name}"),
        form,
        words("To change the Security Key or to sign in again, choose Connect.", look="muted"),
        buttons=button_row(dialog.choose(Step.CANCEL), save),
        first=form,
    )
    dialog.show_page(page)
    dialog.open()
    try:
        while await dialog.decisions.next() is Step.NEXT:
            entered = form.entered(for_sign_in=False)
            if entered is None:
                continue
            if entered.connection == connection:
                return False
            page.setEnabled(False)
            try:
                await tasks.call(editor.save, entered.connection)
            except AppError as error:
                await show_error(dialog, error)
            else:
                return True
            finally:
                page.setEnabled(True)
        return False
    finally:
        dialog.finish()
