"""The invoices screen: page (widgets), presenter (what happens), table model (rows)."""
