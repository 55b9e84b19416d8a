"""Each benchmark still runs, with next to no work; what it measures is not looked at."""

from __future__ import annotations

import pytest

from tests.benchmarks.__main__ import names, run
from tests.benchmarks.report import Scale


@pytest.mark.parametrize("name", names())
def test_a_benchmark_runs(name: str) -> None:
    assert run(name, Scale.SMOKE).figures
