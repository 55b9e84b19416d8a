"""Planting the practice CRM of a folder anew, before its services are started."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.seed.planting import DATA_SETS
from psaqb_desktop.practice.server import CRM_FOLDER, PracticeError

_FILE = "crm.sqlite"


def seed_crm(
    folder: Path, data_set: str, *, invoices: int | None = None, seed: int | None = None
) -> int:
    """Put a data set in place of the practice CRM's file; the result is the number of invoices.

    Equal arguments make equal rows. Our tables and sign-ins are gone afterwards, as after a reset.

    Raises:
        PracticeError: The folder is being served, or the number of invoices makes no sense.
    """
    count = DATA_SETS[data_set] if invoices is None else invoices
    if count < 1:
        raise PracticeError("A data set has at least one invoice.")
    options = CrmOptions(invoice_count=count, data_set=data_set)
    options.seed = options.seed if seed is None else seed
    crm = folder / CRM_FOLDER
    crm.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "practice.serving.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise PracticeError(
            f"The folder {folder} is being served; stop the practice services first."
        ) from error
    try:
        return _replace(crm, options)
    finally:
        lock.release()


def _replace(crm: Path, options: CrmOptions) -> int:
    # Beside the old file, so that the new one takes its place at once or not at all.
    with TemporaryDirectory(dir=crm, prefix="seeding-") as draft:
        environment = Environment(Path(draft), "http://127.0.0.1", options, is_draft=True)
        with environment.database.read() as connection:
            planted = int(connection.execute("SELECT count(*) FROM invoice").fetchone()[0])
        environment.close()
        for leftover in crm.glob(f"{_FILE}-*"):
            leftover.unlink()
        (Path(draft) / _FILE).replace(crm / _FILE)
    return planted
