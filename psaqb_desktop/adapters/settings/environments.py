"""environments.toml: read with its mistakes named, written with its comments kept."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from psaqb_desktop.adapters.settings.durable_file import replace_file
from psaqb_desktop.adapters.settings.environment_tables import KEYS, read_table, table_values
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import SettingsError

_DEFAULT = "default_environment"


class EnvironmentsFile:
    """The environments that this user declared, a table each.

    Top level: ``default_environment = "name"``, and ``[name]`` tables.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Environment, ...]:
        """Return the environments in the file's order; none where there is no file.

        Raises:
            SettingsError: names the table and key with the mistake.
        """
        return self._environments(self._values())

    def default_environment(self) -> str:
        """Return the name of the environment to open; empty where there is none.

        Without the key it is the only or first environment.

        Raises:
            SettingsError: the key names no environment of the file.
        """
        values = self._values()
        return _default_of(values, self._environments(values), self._path)

    def find(self, name: str) -> Environment | None:
        """Return an environment by its name, the one to open for ""; None where there is none.

        Raises:
            SettingsError: as :meth:`load` and :meth:`default_environment`.
        """
        values = self._values()
        environments = self._environments(values)
        wanted = name or _default_of(values, environments, self._path)
        return next((each for each in environments if each.name == wanted), None)

    def save_environment(self, environment: Environment, *, is_default: bool = False) -> None:
        """Add or change one environment; everything else in the file stays as it is.

        Raises:
            SettingsError: the environment cannot be used, or the file cannot be written.
        """
        # What cannot be read back must not be written.
        values = table_values(environment)
        read_table(environment.name, values)
        self._values()
        text = _edited(self._text(), environment.name, values, is_default=is_default)
        try:
            replace_file(self._path, text)
        except OSError as error:
            raise SettingsError(
                "environments.toml cannot be written.",
                remedy="Give your user the right to write the file and its folder.",
                details=f"{self._path}: {error}",
            ) from error

    def _environments(self, values: dict[str, Any]) -> tuple[Environment, ...]:
        found = []
        seen: dict[str, str] = {}
        for name, table in values.items():
            if name == _DEFAULT:
                continue
            if not isinstance(table, dict):
                raise SettingsError(
                    f"environments.toml, {name}: is not known at the top of the file.",
                    remedy=f"Move it into the table of an environment ([name]), or use {_DEFAULT}.",
                    details=str(self._path),
                )
            # The files of an environment are named without regard to case.
            if name.casefold() in seen:
                raise SettingsError(
                    f"environments.toml: [{name}] and [{seen[name.casefold()]}] are one name.",
                    remedy="Rename one of them.",
                    details=str(self._path),
                )
            seen[name.casefold()] = name
            found.append(read_table(name, table))
        return tuple(found)

    def _values(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text())
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(
                f"environments.toml is not valid TOML: {error}.", details=str(self._path)
            ) from error

    def _text(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "environments.toml cannot be read.",
                remedy="It must be a text file in UTF-8 that your user may read.",
                details=f"{self._path}: {error}",
            ) from error


def _default_of(values: dict[str, Any], environments: tuple[Environment, ...], path: Path) -> str:
    names = [environment.name for environment in environments]
    default = values.get(_DEFAULT, names[0] if names else "")
    if default and default not in names:
        raise SettingsError(
            f"environments.toml, {_DEFAULT}: there is no table [{default}].",
            remedy=f"Known environments: {', '.join(names) or 'none'}.",
            details=str(path),
        )
    return str(default)


def _edited(text: str, name: str, values: dict[str, str | list[str]], *, is_default: bool) -> str:
    """Return the file's text with one table changed and all else as it was."""
    import tomlkit  # noqa: PLC0415 - only needed for writing, and the start is short of time

    document = tomlkit.parse(text)
    table: Any = document.get(name)
    if table is None:
        table = tomlkit.table()
        document.add(name, table)
    for key in KEYS:
        if key in values:
            if table.get(key) != values[key]:
                table[key] = values[key]
        elif key in table:
            del table[key]
    if is_default and _DEFAULT in document:
        document[_DEFAULT] = name
    changed = tomlkit.dumps(document)
    if is_default and _DEFAULT not in document:
        # Keys of the file itself must stand before its first table.
        changed = f"{_DEFAULT} = {tomlkit.item(name).as_string()}\n\n{changed}"
    return changed
