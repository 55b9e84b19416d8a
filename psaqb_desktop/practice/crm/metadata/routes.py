"""Which part of the metadata API answers which path."""

from __future__ import annotations

from collections.abc import Callable

from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.segments import Segment
from psaqb_desktop.practice.crm.web.session import Session

METADATA_ROUTES: dict[str, Callable[[Session, ApiRequest, list[Segment]], ApiResponse]] = {}
