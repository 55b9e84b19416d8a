"""A smaller ICU: Qt's copy carries the words of 700 locales, of which the program reads none.

Qt formats dates and numbers with tables of its own; of ICU it wants the properties of letters,
their normal forms and the root collation. ``libicudata`` is nothing but one table of items under
one symbol ("common data", ICU User Guide, ICU Data), so that a library with fewer items takes its
place: items that are not there make ICU fall back to its root, as it does for any unknown locale.
"""

from __future__ import annotations

import re
import struct
import subprocess
import tempfile
from pathlib import Path

Item = tuple[str, bytes]
"""Name with the table's prefix (``icudt73l/coll/root.res``), content."""

_WORDS_OF_LOCALES = frozenset({"coll", "curr", "lang", "rbnf", "region", "unit", "zone"})
_ALWAYS = frozenset({"root", "en", "pool", "res_index", "ucadata"})
_START = re.compile(rb"..\xda\x27\x14\x00..\x00\x00\x02\x00CmnD", re.DOTALL)
"""Header length, magic bytes and ``UDataInfo`` of a little-endian table in ASCII."""
_ALIGNMENT = 16
_ASSEMBLY = """\
.section .rodata
.globl {symbol}
.type {symbol}, @object
.balign 16
{symbol}: .incbin "{table}"
.size {symbol}, .-{symbol}
.section .note.GNU-stack, "", @progbits
"""


def shrink(folder: Path) -> None:
    """Replace each ``libicudata`` under the folder by one with what the program may need."""
    for library in sorted(folder.rglob("libicudata.so.*")):
        if not library.is_symlink():
            _replace(library)


def is_kept(name: str) -> bool:
    """Tell whether an item stays: no converters, dictionaries or transliterations, few words."""
    place = name.split("/")[1:]
    if place[-1].endswith((".cnv", ".dict")) or place[0] == "translit":
        return False
    return place[0] not in _WORDS_OF_LOCALES or place[-1].split(".")[0] in _ALWAYS


def read_table(table: bytes) -> tuple[bytes, list[Item]]:
    """Return the header and the items of a table.

    Raises:
        ValueError: it is no such table.
    """
    if not _START.match(table):
        msg = "no ICU common data"
        raise ValueError(msg)
    (start,) = struct.unpack_from("<H", table)
    (count,) = struct.unpack_from("<I", table, start)
    places = [struct.unpack_from("<II", table, start + 4 + 8 * at) for at in range(count)]
    ends = [*(data for _, data in places[1:]), len(table) - start]
    items = []
    for (name_at, data_at), end in zip(places, ends, strict=True):
        name = table[start + name_at : table.index(b"\0", start + name_at)].decode("ascii")
        items.append((name, table[start + data_at : start + end]))
    return table[:start], items


def write_table(header: bytes, items: list[Item]) -> bytes:
    """Return the table of these items, whose order (by name) stays."""
    names = b"".join(name.encode("ascii") + b"\0" for name, _ in items)
    name_at = 4 + 8 * len(items)
    data_at = _aligned(name_at + len(names))
    contents = bytearray(struct.pack("<I", len(items)))
    body = bytearray()
    for name, data in items:
        contents += struct.pack("<II", name_at, data_at + len(body))
        name_at += len(name) + 1
        body += data.ljust(_aligned(len(data)), b"\0")
    return header + bytes(contents + names).ljust(data_at, b"\0") + bytes(body)


def _aligned(length: int) -> int:
    return -(-length // _ALIGNMENT) * _ALIGNMENT


def _replace(library: Path) -> None:
    symbol, start, size = _place_of_table(library)
    header, items = read_table(library.read_bytes()[start : start + size])
    table = write_table(header, [item for item in items if is_kept(item[0])])
    with tempfile.TemporaryDirectory() as temporary:
        # Relative names, so that the same input gives the same bytes anywhere.
        (Path(temporary) / "table").write_bytes(table)
        words = _ASSEMBLY.format(symbol=symbol, table="table")
        (Path(temporary) / "table.s").write_text(words, encoding="ascii")
        for command in (
            ["as", "-o", "table.o", "table.s"],
            ["ld", "-shared", "-s", "-z", "noexecstack", f"-soname={library.name}", "table.o"],
        ):
            subprocess.run(command, cwd=temporary, check=True)
        library.write_bytes((Path(temporary) / "a.out").read_bytes())


def _place_of_table(library: Path) -> tuple[str, int, int]:
    """Return the symbol of the table, where it begins in the file and its length."""
    answer = subprocess.run(
        ["readelf", "-sW", library], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(
        r"([0-9a-f]+)\s+(\w+)\s+OBJECT\s+GLOBAL.*\s(icudt\d+_dat)$", answer, re.MULTILINE
    )
    if not found:
        msg = f"{library} has no table of ICU data"
        raise ValueError(msg)
    # The library has no code: its first segment is the file as it lies, address by address.
    return found[3], int(found[1], 16), int(found[2], 0)
