"""No file names the machine, the account or the mirror it was written with.

The patterns are put together here, so that this file passes its own test.
"""

from __future__ import annotations

import re
from pathlib import Path

HOSTS = ("py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.org", "debian" + ".org/debian")
LOCAL_PATHS = re.compile(
    "|".join(
        (
            r"(?<![\w.])/" + r"root/",
            r"(?<![\w./])/" + r"work/",
            r"(?<![\w.])/" + r"home/[a-z]",
            r"(?<![\w.])/" + r"Users/[A-Za-z]",
            r"C:" + r"\\+Users",
        )
    )
)
INDEXES = re.compile(
    "|".join(("index" + "-url", "extra" + "-index", "trusted" + r"-host[ =]", "registry" + r"\s*="))
)
KEYS = re.compile(
    "|".join(
        (
            "-----BEGIN [A-Z ]*" + "PRIVATE KEY-----",
            "gh[pousr]_" + "[A-Za-z0-9]{36}",
            "xox[abp]-" + "[0-9]{6}",
            "AKIA" + "[0-9A-Z]{16}",
        )
    )
)


def _texts(files: list[Path]) -> list[tuple[Path, str]]:
    return [(path, path.read_bytes().decode("utf-8", "replace")) for path in files]


def test_no_paths_of_a_machine(shipped_files: list[Path], root: Path) -> None:
    found = [
        f"{path.relative_to(root)}: {hit[0]}"
        for path, text in _texts(shipped_files)
        for hit in [LOCAL_PATHS.search(text)]
        if hit
    ]
    assert found == []


def test_no_hosts_of_package_registries(shipped_files: list[Path], root: Path) -> None:
    found = [
        f"{path.relative_to(root)}: {host}"
        for path, text in _texts(shipped_files)
        for host in HOSTS
        if host in text
    ]
    found += [str(path) for path, text in _texts(shipped_files) if INDEXES.search(text)]
    assert found == []


def test_no_private_keys_or_tokens(shipped_files: list[Path], root: Path) -> None:
    found = [
        str(path.relative_to(root)) for path, text in _texts(shipped_files) if KEYS.search(text)
    ]
    assert found == []


def test_nothing_is_huge(shipped_files: list[Path], root: Path) -> None:
    assert [str(p.relative_to(root)) for p in shipped_files if p.stat().st_size > 2_000_000] == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert LOCAL_PATHS.search("see /" + "root/x")
    assert LOCAL_PATHS.search('"/' + 'home/ada"')
    assert not LOCAL_PATHS.search("https://example.com/" + "home/ada")
    assert KEYS.search("-----BEGIN RSA " + "PRIVATE KEY-----")
