"""The metadata API: reading definitions and adding tables, columns, keys and relationships."""
