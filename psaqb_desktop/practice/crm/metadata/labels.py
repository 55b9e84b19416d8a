"""Labels and managed properties, the two shapes that definitions are full of."""

from __future__ import annotations

from typing import Any

BASE_LANGUAGE = 1033


def label(text: str) -> dict[str, Any]:
    """A label in the base language, the only one that is provisioned."""
    if not text:
        return {"LocalizedLabels": [], "UserLocalizedLabel": None}
    localized = {"Label": text, "LanguageCode": BASE_LANGUAGE, "IsManaged": False}
    return {"LocalizedLabels": [localized], "UserLocalizedLabel": localized}


def text_of(document: Any) -> str:
    """The text of a label in the base language; empty without one."""
    if not isinstance(document, dict):
        return ""
    for localized in document.get("LocalizedLabels") or []:
        if localized.get("LanguageCode") == BASE_LANGUAGE:
            return str(localized.get("Label") or "")
    chosen = document.get("UserLocalizedLabel") or {}
    return str(chosen.get("Label") or "")


def managed(value: Any, name: str) -> dict[str, Any]:
    """A property whose changeability a managed solution could take away."""
    return {"Value": value, "CanBeChanged": True, "ManagedPropertyLogicalName": name}


def value_of(document: Any, default: Any) -> Any:
    """The value of a managed property, sent as an object or bare."""
    if isinstance(document, dict):
        return document.get("Value", default)
    return default if document is None else document
