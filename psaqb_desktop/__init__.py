"""PSAQB Desktop: Dynamics 365 PSA invoices into QuickBooks Online, payments back.

The map; imports run from top to bottom only, which ``lint-imports`` checks:

===============  ================================================================================
``__main__``     entry points: the window's program and the command line
``window``       Qt, its event loop, and one environment's screens; ``self_check`` beside it
``bootstrap``    puts adapters into services and services into a desk; sees everything
``practising``   starts and stops the practice services, declares their environment
``ui``           the window: everything that knows Qt and asyncio
``cli``          the command line over the same use cases
``adapters``     the outside world: dataverse, quickbooks, journal, cache, secrets, settings, http
``services``     what the program does: one use case a file, blocking, standard library only
``domain``       what invoices, drafts, pushes and connections are: dataclasses, pure functions
===============  ================================================================================

``practice`` stands alone: stand-ins for both services, real HTTP servers that the program meets
like any others. Nothing but the bootstrap and the self-check imports it, and it imports nothing.
"""

__version__ = "0.1.0"
