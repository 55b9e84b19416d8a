"""Attributes of an attachment: a file or a note that belongs to other records."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks.entities.attribute_types import (
    Flag,
    Ignored,
    Many,
    Record,
    Text,
)
from psaqb_desktop.practice.quickbooks.entities.shared_shapes import HEADER

ATTACHABLE = Record(
    "Attachable",
    {
        **HEADER,
        "AttachableRef": Many(
            Record(
                "AttachableRef",
                {
                    "EntityRef": Record(
                        "ReferenceType",
                        {"value": Text(100), "type": Text(50), "name": Ignored()},
                    ),
                    "IncludeOnSend": Flag(),
                    "LineInfo": Ignored(),
                    "NoRefOnly": Ignored(),
                    "Inactive": Ignored(),
                    "CustomField": Ignored(),
                },
            )
        ),
        "FileName": Text(1000),
        "Note": Text(2000),
        "ContentType": Text(100),
        "Category": Text(100),
        "Tag": Text(2000),
        "PlaceName": Text(2000),
        "Lat": Text(100),
        "Long": Text(100),
        "Size": Ignored(),
        "FileAccessUri": Ignored(),
        "TempDownloadUri": Ignored(),
        "ThumbnailFileAccessUri": Ignored(),
        "ThumbnailTempDownloadUri": Ignored(),
    },
)
"""Sizes and addresses of files are QuickBooks' to tell."""
