"""The installed PySide6 keeps count of None; 6.12.0 does not on Python before 3.12.

There every call that returns nothing drops one reference to None, and the program dies after
some thousand calls. None is immortal from Python 3.12 on.
"""

from __future__ import annotations

import subprocess
import sys

PROOF = """
import sys
from PySide6.QtCore import QCoreApplication, QObject
app = QCoreApplication([])
thing = QObject()
for value, call in ((None, lambda: thing.setObjectName("x")), (False, thing.isWidgetType)):
    before = sys.getrefcount(value)
    for _ in range(1000):
        call()
    print(round((sys.getrefcount(value) - before) / 1000, 1))
"""


def test_calls_of_qt_do_not_drop_references() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROOF], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [float(line) for line in done.stdout.split()] == [0.0, 0.0]
