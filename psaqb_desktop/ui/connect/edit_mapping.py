"""Leads through the editing of a mapping: open, check, save, or ask before changes are lost."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.ui.connect.flow_dialog import Step
from psaqb_desktop.ui.connect.mapping_dialog import MappingDialog
from psaqb_desktop.ui.connect.wanted_services import ConnectionEditor
from psaqb_desktop.ui.dialogs import ask, show_error
from psaqb_desktop.ui.tasks import TaskRunner


async def edit_mapping(
    parent: QWidget | None, editor: ConnectionEditor, tasks: TaskRunner, connection: Connection
) -> bool:
    """Let a person edit the mapping of a connection; True when it was stored."""
    text = await tasks.call(editor.mapping_text, connection)
    dialog = MappingDialog(parent, connection, text, editor.check_mapping)
    dialog.open()
    try:
        while True:
            if await dialog.decisions.next() is Step.NEXT:
                dialog.setEnabled(False)
                try:
                    await tasks.call(editor.save_mapping, connection, dialog.text)
                except AppError as error:
                    dialog.setEnabled(True)
                    await show_error(dialog, error)
                else:
                    return True
            elif not dialog.is_changed or await ask(
                dialog,
                "Discard the changes?",
                "The mapping in the CRM stays as it was.",
                "Discard the changes",
                "Go on editing",
            ):
                return False
    finally:
        dialog.finish()
