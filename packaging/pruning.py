"""What of Qt goes into the package, and which libraries nothing in it needs.

PyInstaller's hooks bring all of QtWebEngine's neighbourhood: the QML tree (and with it modules
that are GPL only, which must not be shipped), developer tools and every language of Chromium.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

Entry = tuple[str, str, str]
"""A line of PyInstaller's tables: where it goes, where it comes from, its kind."""

GPL_ONLY_QT = (
    "Charts",
    "DataVisualization",
    "Graphs",
    "HttpServer",
    "NetworkAuth",
    "Quick3D",
    "QuickTimeline",
    "ShaderTools",
    "VirtualKeyboard",
)
"""Qt modules without an LGPL edition."""

BOUND_QT = frozenset(
    {
        "QtCore",
        "QtDBus",
        "QtGui",
        "QtNetwork",
        "QtPrintSupport",
        "QtSvg",
        "QtWebChannel",
        "QtWebEngineCore",
        "QtWebEngineWidgets",
        "QtWidgets",
    }
)
"""Python's bindings of Qt that the program (and the bindings themselves) import."""

_PLUGINS = {
    "iconengines": None,
    "imageformats": ("svg", "ico", "jpeg"),
    "platforminputcontexts": ("compose", "ibus"),
    "platforms": ("xcb", "wayland", "offscreen", "windows", "cocoa"),
    "platformthemes": ("xdgdesktopportal",),
    "styles": None,
    "tls": ("openssl", "schannel", "securetransport"),
    "wayland-decoration-client": None,
    "wayland-graphics-integration-client": None,
    "wayland-shell-integration": None,
    "xcbglintegrations": None,
}
"""Kinds of plugins that are kept, and which of each kind (None: all)."""

_LANGUAGES = ("en-US",)
_UNWANTED = re.compile(
    r"/qml/|qtwebengine_devtools|/translations/(?!qtwebengine_locales)|\.debug\.|/metatypes/"
)
_LOADED_BY_NAME = re.compile(
    r"libpython3|libsoftokn3|libfreebl|libnssckbi|libnssdbm|libnssutil3|libnss3|libsmime3|libssl3"
)
"""Opened while the program runs, so that no other library names them as needed."""


def is_wanted(destination: str) -> bool:
    """Tell whether a file of the bundle is kept, by its place alone."""
    place = "/" + destination.replace("\\", "/")
    if "/PySide6/" not in place:
        return True
    if _UNWANTED.search(place) or any(f"Qt6{module}" in place for module in GPL_ONLY_QT):
        return False
    extension = re.search(r"/PySide6/(Qt\w+)\.", place)
    if extension and extension[1] not in BOUND_QT:
        return False
    parts = PurePosixPath(place).parts
    if "plugins" in parts:
        kind, name = parts[parts.index("plugins") + 1], parts[-1]
        return kind in _PLUGINS and any(word in name for word in _PLUGINS[kind] or ("",))
    if "locales" in place and place.endswith(".pak"):
        return PurePosixPath(place).stem in _LANGUAGES
    return True


def without_unneeded(entries: list[Entry]) -> list[Entry]:
    """Drop shared libraries (ELF) that no program, extension or plugin of the bundle reaches."""
    libraries = {
        PurePosixPath(place).name: (place, source, kind)
        for place, source, kind in entries
        if kind == "BINARY" and _is_library(place)
    }
    roots = [
        source
        for place, source, kind in entries
        if kind in {"EXTENSION", "BINARY"}
        and (not _is_library(place) or _LOADED_BY_NAME.search(place))
    ]
    reached = _reached(roots, {name: source for name, (_, source, _) in libraries.items()})
    kept = {libraries[name][0] for name in reached}
    kept |= {place for place, _, _ in libraries.values() if _LOADED_BY_NAME.search(place)}
    dropped = {place for place, _, _ in libraries.values()} - kept
    there = {place for place, _, kind in entries if kind != "SYMLINK"} - dropped
    return [
        (place, source, kind)
        for place, source, kind in entries
        if (_target(place, source) if kind == "SYMLINK" else place) in there
    ]


def _is_library(place: str) -> bool:
    """A shared library that is there for others; plugins and extensions stand for themselves."""
    name = PurePosixPath(place).name
    return name.startswith("lib") and ".so" in name and "/plugins/" not in place


def _reached(roots: Iterable[str], libraries: dict[str, str]) -> set[str]:
    todo, reached = list(roots), set()
    while todo:
        for name in _needed(todo.pop()):
            if name in libraries and name not in reached:
                reached.add(name)
                todo.append(libraries[name])
    return reached


def _needed(file: str) -> list[str]:
    if not Path(file).is_file():
        return []
    answer = subprocess.run(
        ["readelf", "-d", "--wide", file], capture_output=True, text=True, check=False
    )
    return re.findall(r"\(NEEDED\).*\[(.+)\]", answer.stdout)


def _target(place: str, source: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(place).parent / source).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
