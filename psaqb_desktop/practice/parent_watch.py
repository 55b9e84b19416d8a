"""Whether another process still lives, without a library and without harming it."""

from __future__ import annotations

import os
import sys

_SYNCHRONIZE = 0x00100000
_STILL_WAITING = 0x102

if sys.platform == "win32":
    import ctypes

    def is_alive(pid: int) -> bool:
        """Ask Windows; sending signal 0 would end the process there."""
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_SYNCHRONIZE, False, pid)
        if not handle:
            return False
        try:
            return bool(kernel.WaitForSingleObject(handle, 0) == _STILL_WAITING)
        finally:
            kernel.CloseHandle(handle)

else:

    def is_alive(pid: int) -> bool:
        """Ask the system; a process of another user counts as alive."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
