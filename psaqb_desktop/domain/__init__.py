"""What invoices, companies and pushes are: frozen dataclasses and pure functions.

Standard library only; knows nothing of HTTP, files, Qt or time of day.
"""
