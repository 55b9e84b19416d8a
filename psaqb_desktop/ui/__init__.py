"""The window: the only part of the program that knows Qt and asyncio.

Nothing here imports requests, authlib, keyring or QtWebEngine when it is imported itself: the
first screen is painted from the local cache before any of those is needed.
"""
