"""Stand-ins for Dataverse and QuickBooks Online: real HTTP servers that stand alone."""
