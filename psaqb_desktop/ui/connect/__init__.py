"""Connecting: signing in to the CRM, setting it up, and binding QuickBooks companies.

The embedded browser runs in a process of its own (``browser_process``); nothing else here imports
QtWebEngine.
"""
