"""Stand-in for Entra ID: pages, tokens and the users of the practice tenant."""
