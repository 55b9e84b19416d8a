"""Plants the whole make-believe business into an empty file."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, time, timedelta

from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.seed.foundation import plant_foundation
from psaqb_desktop.practice.crm.seed.invoices import plant_invoices
from psaqb_desktop.practice.crm.seed.parties import plant_parties
from psaqb_desktop.practice.crm.seed.planter import Planter


def plant(connection: sqlite3.Connection, catalogue: Catalogue, options: CrmOptions) -> None:
    """Fill the tables; equal options give equal rows."""
    founded = datetime.combine(options.today, time(9), UTC) - timedelta(days=400)
    planter = Planter(connection, catalogue, options.seed, founded)
    foundation = plant_foundation(planter)
    contracts = plant_parties(planter, foundation)
    plant_invoices(planter, foundation, contracts, options)
