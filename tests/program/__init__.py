"""The whole program, as processes of its own, against the practice services."""
