"""journal: what this computer did, proved, exported and, after damage, recovered."""

from __future__ import annotations

from pathlib import Path

import click

from psaqb_desktop.cli.context import CliContext, pass_context
from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK
from psaqb_desktop.domain.errors import JournalDamagedError
from psaqb_desktop.domain.journal import JournalRecovery

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def journal() -> None:
    """Verify, export or recover the journal of this computer."""


@journal.command()
@click.argument("file", type=FILE, required=False)
@pass_context
def verify(context: CliContext, file: Path | None) -> int:
    """Prove that the journal, or an exported FILE (.jsonl), is whole.

    Each entry must follow from the one before it.
    """
    upkeep = context.desk.journal_upkeep
    count = upkeep.verify_export(file) if file else upkeep.verify()
    if context.output.is_json:
        context.output.document({"entries": count, "is_whole": True})
    else:
        context.output.note(f"{file or 'The journal'} is whole: {count:,} entries.")
    return OK


@journal.command()
@click.argument("file", type=FILE)
@pass_context
def export(context: CliContext, file: Path) -> int:
    """Write all entries to FILE: CSV, or lines of JSON that prove themselves (.jsonl)."""
    count = context.desk.journal_upkeep.export(file)
    if context.output.is_json:
        context.output.document({"entries": count, "file": str(file)})
    else:
        context.output.note(f"{count:,} entries are in {file}.")
    return OK


@journal.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def recover(context: CliContext, yes: bool) -> int:  # noqa: FBT001
    """Set a damaged journal aside, go on with what can be read, and ask the services."""
    try:
        count = context.desk.journal_upkeep.verify()
    except JournalDamagedError as error:
        context.output.note(f"{error}\n  {error.details}")
    else:
        context.output.note(f"The journal is whole ({count:,} entries); nothing is to be done.")
        return OK
    if not yes:
        click.confirm("Set the damaged journal aside and rebuild it?", abort=True, err=True)
    recovery = context.recover_journal()
    results = context.desk.settle_pushes.run()
    is_open = sum(1 for result in results if result.state.is_open)
    if context.output.is_json:
        context.output.document(_facts(recovery) | {"settled": len(results), "open": is_open})
    else:
        context.output.note(recovery.words)
        context.output.note(f"{len(results)} pushes were looked at; {is_open} are open still.")
    return NEEDS_ATTENTION if is_open else OK


def _facts(recovery: JournalRecovery) -> dict[str, object]:
    return {
        "set_aside": recovery.set_aside,
        "pushes": recovery.pushes,
        "entries": recovery.entries,
        "open_pushes": recovery.open_pushes,
    }
