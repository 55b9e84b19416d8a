"""The licences of everything in the package, gathered from what is really in it."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

from pruning import Entry

FOLDER = "licences"
_TEXT = re.compile(r"(licen[sc]e|copying|notice|authors)[\w.-]*$", re.IGNORECASE)


def licence_entries(modules: Iterable[str], binaries: Iterable[Entry], work: Path) -> list[Entry]:
    """Return entries for the bundle: our notice, the packages' and the system libraries' texts.

    Args:
        modules: names of all Python modules in the bundle.
        binaries: all libraries in it; those of the system are traced to their packages.
        work: a folder for the list that is written.
    """
    distributions = _distributions(modules)
    listing = work / "PACKAGES.txt"
    listing.write_text(
        "".join(f"{d.name} {d.version}: {_licence(d)}\n" for d in distributions), encoding="utf-8"
    )
    files = {f"{FOLDER}/PACKAGES.txt": listing}
    for text in sorted((Path(__file__).parent / "licences").iterdir()):
        files[f"{FOLDER}/{text.name}"] = text
    python = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if python.is_file():
        files[f"{FOLDER}/Python/LICENSE.txt"] = python
    for one in distributions:
        for file in one.files or ():
            if ".dist-info" in str(file) and _TEXT.search(file.name):
                files[f"{FOLDER}/{one.name}/{file.name}"] = Path(str(one.locate_file(file)))
    files |= _system_texts([source for _, source, kind in binaries if kind == "BINARY"])
    return [(place, str(source), "DATA") for place, source in files.items()]


def _distributions(modules: Iterable[str]) -> list[Distribution]:
    known = packages_distributions()
    names = {name for module in modules for name in known.get(module.split(".")[0], ())}
    return sorted(map(distribution, names), key=lambda one: one.name.lower())


def _licence(one: Distribution) -> str:
    fields = one.metadata.json
    text = fields.get("license_expression") or fields.get("license") or ""
    if not text or "\n" in str(text):
        classifiers = [c for c in fields.get("classifier", ()) if c.startswith("License ::")]
        text = ", ".join(c.rsplit(" :: ", 1)[-1] for c in classifiers) or "see its folder"
    return str(text)


def _system_texts(libraries: list[str]) -> dict[str, Path]:
    """Trace libraries of a Debian system to the copyright files of their packages."""
    real = {str(Path(path).resolve()) for path in libraries if "/lib/" in path}
    # Debian's lists know some files by their place before /lib became a link to /usr/lib.
    paths = sorted(real | {path.removeprefix("/usr") for path in real})
    try:
        answer = subprocess.run(
            ["dpkg-query", "-S", *paths], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return {}
    packages = {line.split(":", 1)[0] for line in answer.stdout.splitlines()}
    texts = {name: Path("/usr/share/doc") / name / "copyright" for name in sorted(packages)}
    return {f"{FOLDER}/system/{name}.txt": text for name, text in texts.items() if text.is_file()}
