"""The system query options of one request or of one expanded navigation property."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from psaqb_desktop.practice.crm.errors import bad_query
from psaqb_desktop.practice.crm.odata.text import name_and_brackets, split_outside

MOST_EXPANDS = 15


@dataclass
class QueryOptions:
    """What a reader asked for, still as text where a table is needed to understand it."""

    select: list[str] = field(default_factory=list)
    filter: str = ""
    orderby: list[tuple[str, bool]] = field(default_factory=list)
    top: int | None = None
    count: bool = False
    apply: str = ""
    expand: list[Expansion] = field(default_factory=list)
    skiptoken: str = ""
    deltatoken: str = ""


@dataclass
class Expansion:
    """One expanded navigation property with its own options."""

    name: str
    options: QueryOptions


def read_options(pairs: Iterable[tuple[str, str]], *, nested: bool = False) -> QueryOptions:
    """Understand query options; names that do not begin with ``$`` are the caller's own.

    Raises:
        ApiError: An option is unknown, refused by the platform, or malformed.
    """
    options = QueryOptions()
    for name, text in pairs:
        if not name.startswith("$"):
            continue
        if name == "$skip":
            raise bad_query("Skip Clause is not supported in CRM")
        _take(options, name, text.strip())
    if not nested and len(options.expand) > MOST_EXPANDS:
        raise bad_query(f"A query can have at most {MOST_EXPANDS} $expand options.")
    return options


def _take(options: QueryOptions, name: str, text: str) -> None:
    if name == "$select":
        options.select = split_outside(text, ",")
    elif name == "$filter":
        options.filter = text
    elif name == "$orderby":
        options.orderby = [_order(part) for part in split_outside(text, ",")]
    elif name == "$top":
        options.top = _whole(name, text)
    elif name == "$count":
        options.count = _flag(name, text)
    elif name == "$apply":
        options.apply = text
    elif name == "$expand":
        options.expand = [_expansion(part) for part in split_outside(text, ",")]
    elif name in {"$skiptoken", "$deltatoken"}:
        setattr(options, name[1:], text)
    elif name not in {"$format", "$id"}:
        raise bad_query(f"The query parameter {name} is not supported.")


def _order(text: str) -> tuple[str, bool]:
    name, _, direction = text.partition(" ")
    direction = direction.strip()
    if direction not in {"", "asc", "desc"}:
        raise bad_query(f"Syntax error in $orderby at '{text}'.")
    return name, direction == "desc"


def _whole(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise bad_query(f"Invalid value '{text}' for {name} query option found.")
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise bad_query(f"Invalid value '{text}' for {name} query option found.")
    return text == "true"


def _expansion(text: str) -> Expansion:
    name, inside = name_and_brackets(text)
    name = name.removesuffix("/$ref")
    pairs = []
    for part in split_outside(inside or "", ";"):
        option, _, value = part.partition("=")
        pairs.append((option.strip(), value))
    return Expansion(name, read_options(pairs, nested=True))
