"""The Debian package, made of the built folder by dpkg-deb alone."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

NAME = "psaqb-desktop"
_MAINTAINER = "PSAQB Desktop <psaqb-desktop@localhost>"
_DEPENDS = (
    "libc6 (>= 2.36)",  # the oldest system it runs on is the one it is built on
    "libegl1",
    "libgl1",
    "libgl1-mesa-dri",
    "libxcb1",
    "libxcb-dri3-0",
    "libdrm2",
    "libwayland-client0",
    "libwayland-cursor0",
    "libwayland-egl1",
    "fontconfig",
    "ca-certificates",
)
"""What the bundle takes from the system; all else it brings along."""


def build_deb(folder: Path, resources: Path, output: Path, version: str, epoch: int) -> Path:
    """Make the package; the same input and ``epoch`` give the same bytes."""
    architecture = _answer("dpkg", "--print-architecture")
    deb = output / f"{NAME}_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary) / "tree"
        _lay_out(tree, folder, resources, version, epoch)
        _write_control(tree, version, architecture)
        _even_out(tree, epoch)
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", tree, deb],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return deb


def _lay_out(tree: Path, folder: Path, resources: Path, version: str, epoch: int) -> None:
    shutil.copytree(folder, tree / "usr/lib" / NAME, symlinks=True)
    programs = tree / "usr/bin"
    programs.mkdir(parents=True)
    for program in (NAME, "psaqb"):
        (programs / program).symlink_to(f"../lib/{NAME}/{program}")
    for file, place in {
        f"{NAME}.desktop": "applications",
        f"{NAME}.metainfo.xml": "metainfo",
        f"{NAME}.svg": "icons/hicolor/scalable/apps",
        f"{NAME}.png": "icons/hicolor/256x256/apps",
    }.items():
        target = tree / "usr/share" / place
        target.mkdir(parents=True)
        shutil.copy(resources / file, target)
    papers = tree / "usr/share/doc" / NAME
    papers.mkdir(parents=True)
    shutil.copy(resources.parent / "LICENSE", papers / "copyright")
    moment = format_datetime(datetime.fromtimestamp(epoch, UTC))
    changes = (
        f"{NAME} ({version}) stable; urgency=medium\n\n  * Release {version}.\n\n"
        f" -- {_MAINTAINER}  {moment}\n"
    )
    (papers / "changelog.gz").write_bytes(gzip.compress(changes.encode(), mtime=0))


def _write_control(tree: Path, version: str, architecture: str) -> None:
    control = tree / "DEBIAN"
    control.mkdir()
    files = sorted(
        path
        for path in tree.rglob("*")
        if path.is_file() and not path.is_symlink() and control not in path.parents
    )
    sums = [f"{_md5(path)}  {path.relative_to(tree).as_posix()}\n" for path in files]
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")
    kilobytes = sum(-(-path.stat().st_size // 1024) for path in files)
    fields = {
        "Package": NAME,
        "Version": version,
        "Architecture": architecture,
        "Maintainer": _MAINTAINER,
        "Installed-Size": kilobytes,
        "Depends": ", ".join(_DEPENDS),
        "Recommends": "gnome-keyring | kwalletmanager | keepassxc",
        "Section": "misc",
        "Priority": "optional",
        "Description": "post Dynamics 365 PSA invoices to QuickBooks Online\n"
        " Shows the invoices that are not yet in the books, says what is missing,\n"
        " enters each exactly once, and brings status and payments back.",
    }
    text = "".join(f"{key}: {value}\n" for key, value in fields.items())
    (control / "control").write_text(text, encoding="utf-8")


def _even_out(tree: Path, epoch: int) -> None:
    """Give every file the same time and the usual mode, whatever this machine's habits are."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            is_program = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_program else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _answer(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
