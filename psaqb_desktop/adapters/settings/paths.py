"""Where settings, data, cache and logs lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

DATA_DIR_VARIABLE = "PSAQB_DATA_DIR"
_APP = "psaqb-desktop"


class Paths(NamedTuple):
    """The four folders of the program; none of them need exist yet."""

    config: Path
    data: Path
    cache: Path
    logs: Path

    @property
    def environments_file(self) -> Path:
        """``environments.toml``, which a person may edit."""
        return self.config / "environments.toml"

    @property
    def state_file(self) -> Path:
        """Window sizes and the like, which nobody would miss."""
        return self.data / "state.json"

    @property
    def locks(self) -> Path:
        """The folder of the machine-wide locks."""
        return self.data / "locks"

    @property
    def practice(self) -> Path:
        """Where the practice services keep their books."""
        return self.data / "practice"

    def journal_file(self, environment: str) -> Path:
        """Return the journal of an environment."""
        return self.data / f"journal-{_file_name(environment)}.sqlite3"

    def cache_file(self, environment: str) -> Path:
        """Return the cached list of an environment."""
        return self.cache / f"list-{_file_name(environment)}.sqlite3"


def find_paths(data_dir: Path | None, environ: Mapping[str, str]) -> Paths:
    """Return the folders: all under ``data_dir`` or PSAQB_DATA_DIR, else where the system says.

    ``data_dir`` (the command line) goes before the variable.
    """
    chosen = data_dir or (Path(text) if (text := environ.get(DATA_DIR_VARIABLE)) else None)
    if chosen is not None:
        root = chosen.expanduser().absolute()
        return Paths(root / "config", root / "data", root / "cache", root / "logs")
    import platformdirs  # noqa: PLC0415 - not needed where a folder is named

    folders = platformdirs.PlatformDirs(_APP, appauthor=False)
    return Paths(
        folders.user_config_path,
        folders.user_data_path,
        folders.user_cache_path,
        folders.user_log_path,
    )


def _file_name(environment: str) -> str:
    # Names that differ in case only would meet in one file on Windows and macOS.
    return quote(environment.casefold(), safe=" ")
