"""What the program does: one use case a file. Blocking, standard library only.

The outside world is met through the protocols of :mod:`psaqb_desktop.services.ports`;
:class:`psaqb_desktop.services.desk.Desk` holds the use cases of one environment together
for the window and the command line.
"""
