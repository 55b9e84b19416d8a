"""Plants the whole make-believe business into an empty file."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.seed.copying import multiply
from psaqb_desktop.practice.crm.seed.foundation import plant_foundation
from psaqb_desktop.practice.crm.seed.invoices import plant_invoices
from psaqb_desktop.practice.crm.seed.nasty import plant_nasty
from psaqb_desktop.practice.crm.seed.parties import plant_parties
from psaqb_desktop.practice.crm.seed.planter import Planter

DATA_SETS = {"small": 300, "large": 200_000, "nasty": 300}
"""Data sets with their usual number of invoices."""
MOST_PLANTED = 1000
"""A large set plants so many invoices and copies them."""


def plant(connection: sqlite3.Connection, catalogue: Catalogue, options: CrmOptions) -> None:
    """Fill the tables; equal options give equal rows."""
    founded = datetime.combine(options.today, time(9), UTC) - timedelta(days=400)
    planter = Planter(connection, catalogue, options.seed, founded)
    foundation = plant_foundation(planter)
    contracts = plant_parties(planter, foundation)
    planted = min(options.invoice_count, MOST_PLANTED)
    if options.data_set != "large":
        planted = options.invoice_count
    plant_invoices(planter, foundation, contracts, replace(options, invoice_count=planted))
    if options.data_set == "large":
        multiply(connection, catalogue, options.invoice_count)
    elif options.data_set == "nasty":
        plant_nasty(planter, foundation, contracts, options)
