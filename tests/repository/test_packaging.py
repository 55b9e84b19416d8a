"""The pruning of the package, and which program is meant by which name."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

import psaqb_desktop


def _load(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, root / "packaging" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("place", "is_kept"),
    [
        ("PySide6/Qt/lib/libQt6WebEngineCore.so.6", True),
        ("PySide6/Qt/libexec/QtWebEngineProcess", True),
        ("PySide6/QtWidgets.abi3.so", True),
        ("PySide6/Qt/resources/icudtl.dat", True),
        ("PySide6/Qt/resources/v8_context_snapshot.bin", True),
        ("PySide6/Qt/translations/qtwebengine_locales/en-US.pak", True),
        ("PySide6/Qt/translations/qtwebengine_locales/de.pak", False),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/resources/qtwebengine_devtools_resources.pak", False),
        ("PySide6/Qt/qml/QtCharts/qmldir", False),
        ("PySide6/Qt/lib/libQt6Charts.so.6", False),
        ("PySide6/Qt/lib/libQt6VirtualKeyboard.so.6", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/QtQuick.abi3.so", False),
        ("cryptography/hazmat/bindings/_rust.abi3.so", True),
        ("resources/psaqb-desktop.svg", True),
    ],
)
def test_what_of_qt_is_kept(root: Path, place: str, is_kept: bool) -> None:  # noqa: FBT001
    assert _load(root, "pruning").is_wanted(place) is is_kept


@pytest.mark.skipif(
    not shutil.which("readelf") or not sys.platform.startswith("linux"), reason="needs readelf"
)
def test_libraries_that_nothing_reaches_are_dropped_with_their_links(root: Path) -> None:
    qt = Path(sysconfig.get_path("purelib")) / "PySide6"
    core, sql = qt / "Qt/lib/libQt6Core.so.6", qt / "Qt/lib/libQt6Sql.so.6"
    if not sql.exists():
        pytest.skip("PySide6 is laid out differently here")
    entries = [
        ("PySide6/QtCore.abi3.so", str(qt / "QtCore.abi3.so"), "EXTENSION"),
        ("PySide6/Qt/lib/libQt6Core.so.6", str(core), "BINARY"),
        ("PySide6/Qt/lib/libQt6Sql.so.6", str(sql), "BINARY"),
        ("libQt6Sql.so.6", "PySide6/Qt/lib/libQt6Sql.so.6", "SYMLINK"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
        ("libpython3.11.so.1.0", "unused", "BINARY"),
    ]
    kept = [place for place, _, _ in _load(root, "pruning").without_unneeded(entries)]
    assert kept == [entries[n][0] for n in (0, 1, 4, 5)]


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("icudt73l/root.res", True),
        ("icudt73l/uprops.icu", True),
        ("icudt73l/nfc.nrm", True),
        ("icudt73l/coll/ucadata.icu", True),
        ("icudt73l/coll/root.res", True),
        ("icudt73l/coll/zh.res", False),
        ("icudt73l/brkitr/line.brk", True),
        ("icudt73l/brkitr/cjdict.dict", False),
        ("icudt73l/gb18030.cnv", False),
        ("icudt73l/translit/root.res", False),
        ("icudt73l/zone/de.res", False),
    ],
)
def test_what_of_icu_is_kept(root: Path, name: str, is_kept: bool) -> None:  # noqa: FBT001
    assert _load(root, "icu_data").is_kept(name) is is_kept


def test_a_table_of_icu_is_written_as_it_is_read(root: Path) -> None:
    icu_data = _load(root, "icu_data")
    header = b"\x20\x00\xda\x27\x14\x00\x00\x00\x00\x00\x02\x00CmnD".ljust(32, b"\0")
    items = [("t/a.res", b"a" * 16), ("t/b/c.icu", b"c" * 48), ("t/d.nrm", b"d" * 32)]
    table = icu_data.write_table(header, items)
    assert icu_data.read_table(table) == (header, items)
    with pytest.raises(ValueError, match="no ICU common data"):
        icu_data.read_table(b"\x7fELF" + table)


@pytest.mark.skipif(
    not shutil.which("ld") or not sys.platform.startswith("linux"), reason="needs binutils"
)
def test_a_shrunk_icu_still_loads_and_holds_its_root(root: Path, tmp_path: Path) -> None:
    whole = sorted(
        (Path(sysconfig.get_path("purelib")) / "PySide6" / "Qt" / "lib").glob("libicu*.so.*")
    )
    if not whole:
        pytest.skip("PySide6 is laid out differently here")
    for library in whole:
        shutil.copy(library, tmp_path)
    (data,) = tmp_path.glob("libicudata*")
    before = data.stat().st_size
    _load(root, "icu_data").shrink(tmp_path)
    assert data.stat().st_size < before / 3
    # ICU's own opinion: the root collation opens and puts "a" before "B".
    look = f"""
import ctypes
folder, ending = {str(tmp_path)!r}, {data.suffix!r}
uc, i18n = (ctypes.CDLL(f"{{folder}}/libicu{{name}}.so{{ending}}") for name in ("uc", "i18n"))
version, error = {data.suffix[1:]!r}, ctypes.c_int(0)
opened = getattr(i18n, f"ucol_open_{{version}}")
opened.restype = ctypes.c_void_p
collator = opened(b"de", ctypes.byref(error))
assert error.value <= 0 and collator, error.value
compare = getattr(i18n, f"ucol_strcollUTF8_{{version}}")
order = compare(ctypes.c_void_p(collator), b"a", 1, b"B", 1, ctypes.byref(error))
assert (order, error.value <= 0) == (-1, True), (order, error.value)
"""
    done = subprocess.run(
        [sys.executable, "-c", look],
        env={"LD_LIBRARY_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "is_console"),
    [
        (["/usr/bin/psaqb", "list"], True),
        (["psaqb.exe"], True),
        (["psaqb-desktop", "--practice"], False),
        (["/usr/lib/x/psaqb", "--practice-serve"], False),
        (["psaqb", "push", "--self-check"], True),
    ],
)
def test_the_name_tells_which_program_is_wanted(
    root: Path,
    arguments: list[str],
    is_console: bool,  # noqa: FBT001
) -> None:
    assert _load(root, "entry").is_console(arguments) is is_console


def test_the_version_is_the_same_everywhere(root: Path) -> None:
    metainfo = ET.parse(root / "resources" / "psaqb-desktop.metainfo.xml")  # noqa: S314 - ours
    release = metainfo.find("releases/release")
    assert release is not None
    assert release.get("version") == psaqb_desktop.__version__
    installer = (root / "packaging" / "installer.nsi").read_text(encoding="utf-8")
    assert re.search(r'!define VERSION "(.+)"', installer)[1] == psaqb_desktop.__version__  # type: ignore[index]


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="desktop-file-utils")
def test_the_desktop_entry_is_valid(root: Path) -> None:
    done = subprocess.run(
        ["desktop-file-validate", root / "resources" / "psaqb-desktop.desktop"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""
