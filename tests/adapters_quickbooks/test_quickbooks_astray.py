"""An Access API URL with something behind its host gets no call at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from psaqb_desktop.domain.errors import UntrustedHostError


def test_an_api_url_that_would_lead_astray_is_not_called(open_company: Any) -> None:
    opened = open_company("GBSI")
    url = f"{opened.connection.access_api_url}/v3/company/111/invoice?z="
    opened.company.use(replace(opened.connection, access_api_url=url))
    opened.practice.forget_calls()
    with pytest.raises(UntrustedHostError):
        opened.company.lists()
    assert opened.practice.calls() == []
