"""The command line: the same use cases as the window, for scheduled and unattended runs."""
