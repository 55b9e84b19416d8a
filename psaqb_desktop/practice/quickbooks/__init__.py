"""Practice QuickBooks Online: Intuit's sign-in and Accounting API, as a server on loopback.

``app.create_app`` is the way in. Everything is kept in one SQLite file, so that a stop or a crash
of the process loses nothing that was acknowledged.
"""
